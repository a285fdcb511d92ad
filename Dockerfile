# syntax=docker/dockerfile:1
# The image of the worker, the sink and the commands. deploy/requirements.txt is requirements.txt without what only
# tests and the embedded parts need; every file that pip installs is checked against its hash.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# A few packages may have no wheel for a machine; the compiler stays in this stage.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /src/
COPY deploy/requirements.txt /src/deploy/
RUN python -m venv /opt/qunpulse \
    && /opt/qunpulse/bin/pip install --require-hashes -r /src/deploy/requirements.txt
# What builds the project's own wheel, from the same lock.
RUN awk '/^[a-z]/ { on = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } on' /src/requirements.txt > /tmp/build.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r /tmp/build.txt
COPY pyproject.toml README.md /src/
COPY schemas /src/schemas
COPY models /src/models
COPY sinks /src/sinks
COPY streams /src/streams
COPY docs/runbook.md /src/docs/
COPY docs/zh/runbook.md /src/docs/zh/
WORKDIR /src
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheels . \
    && /opt/qunpulse/bin/pip install --no-deps --no-index /tmp/wheels/*.whl \
    && /opt/qunpulse/bin/python -m compileall -q /opt/qunpulse/lib

FROM python:3.11-slim
LABEL org.opencontainers.image.title="QunPulse" \
      org.opencontainers.image.description="Live tags, activity scores and churn alerts for chat communities" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 qunpulse \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/qunpulse qunpulse \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/qunpulse
COPY --from=build /opt/qunpulse /opt/qunpulse
ENV PATH=/opt/qunpulse/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
# Nothing but /tmp and the working directory is written to, so the rest may be read-only.
WORKDIR /var/lib/qunpulse
USER 10001:10001
EXPOSE 6066 6067 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=120s --retries=4 CMD ["qunpulse", "health"]
ENTRYPOINT ["qunpulse"]
CMD ["worker"]
