FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked --features pdf,s3 --bin jixiao

FROM debian:bookworm-slim
# Reports and charts are in Chinese.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin jixiao
# A new volume that is mounted here is the service's.
RUN install --directory --owner=jixiao --mode=700 /files
COPY --from=build /build/target/release/jixiao /usr/local/bin/jixiao
USER jixiao
ENV JIXIAO_LISTEN=0.0.0.0:8080 JIXIAO_METRICS_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s CMD ["jixiao", "health"]
ENTRYPOINT ["jixiao"]
CMD ["serve"]
