# One image for all containers of docker-compose.yml: the packages of requirements.txt, the code, the browser assets.

FROM node:24-bookworm-slim AS browser
WORKDIR /opt/cf
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.12-slim-bookworm
RUN useradd --uid 50000 --create-home airflow
WORKDIR /opt/cf
COPY requirements.txt ./
# The lock is complete, so nothing has to be resolved; compiled files make every start faster.
RUN python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY --from=browser /opt/cf/node_modules node_modules
COPY local local
COPY include include
COPY plugins plugins
COPY dags dags
RUN python -m compileall -q local plugins dags \
    && mkdir -p /var/lib/cf/airflow/logs /var/lib/cf/mail && chown -R airflow /var/lib/cf
ENV PYTHONUNBUFFERED=1 AIRFLOW_HOME=/var/lib/cf/airflow
USER airflow
