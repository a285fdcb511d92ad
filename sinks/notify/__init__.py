"""Receivers of alerts outside of Kafka: Alertmanager, signed webhooks, WeCom robots. They know nothing of Kafka."""
