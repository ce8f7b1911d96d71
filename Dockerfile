# The demo for any container host (docs/sharing.md): docker build -t qna-widget . &&
# docker run -p 8501:8501 qna-widget. Every step is container/steps.sh's, which the tests run.
FROM python:3.13-slim AS build
ARG QNA_WIDGET_MODEL=bundled
COPY . /source
RUN sh /source/container/steps.sh build /source /opt/qna-widget
RUN sh /source/container/steps.sh check /opt/qna-widget

FROM python:3.13-slim
COPY --from=build /opt/qna-widget /opt/qna-widget
COPY container/steps.sh /opt/steps.sh
RUN useradd --uid 1000 --create-home reader
USER 1000
WORKDIR /home/reader
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["sh", "/opt/steps.sh", "health"]
CMD ["sh", "/opt/steps.sh", "serve", "/opt/qna-widget"]
