"""``qunpulse notify``: alerts to Alertmanager, webhooks and WeCom robots, each in a consumer group of its own."""
