package dev.purser.gateway;

import dev.purser.config.Settings;
import dev.purser.config.Settings.InvalidSetting;
import java.time.Duration;
import java.util.Set;

/**
 * Every limit of the data plane.
 *
 * @param maxBodyBytes of one request
 * @param maxBodiesBytes of all requests in flight together
 * @param maxHeaderBytes of one request, and of one answer
 * @param maxConnections to each provider, shared out over the event loops
 * @param maxClients connections of clients at a time, of pages and management API, too
 * @param connectTimeout to reach a provider
 * @param headersTimeout from the last byte sent to the first of the answer
 * @param headTimeout of a request's head
 * @param formTimeout of the body of a form, or of a request to the management API
 * @param idleTimeout of a client's connection, from one request to the next
 * @param bodyTimeout of a call's body, and a second more for each 100 KB of it
 * @param betweenBytesTimeout from one piece of an answer to the next, and of a request's body
 * @param callTimeout of a call in all
 * @param admissionTimeout how long a call waits for the ledger before it gets 503
 */
public record GatewayConfiguration(
    int maxBodyBytes,
    long maxBodiesBytes,
    int maxHeaderBytes,
    int maxConnections,
    int maxClients,
    Duration connectTimeout,
    Duration headersTimeout,
    Duration headTimeout,
    Duration formTimeout,
    Duration idleTimeout,
    Duration bodyTimeout,
    Duration betweenBytesTimeout,
    Duration callTimeout,
    Duration admissionTimeout) {

  private static final String MAX_BODY_BYTES = "PURSER_MAX_BODY_BYTES";
  private static final String MAX_BODIES_BYTES = "PURSER_MAX_BODIES_BYTES";
  private static final String MAX_HEADER_BYTES = "PURSER_MAX_HEADER_BYTES";
  private static final String MAX_CONNECTIONS = "PURSER_MAX_CONNECTIONS";
  private static final String MAX_CLIENTS = "PURSER_MAX_CLIENTS";
  private static final String CONNECT_SECONDS = "PURSER_CONNECT_SECONDS";
  private static final String HEADERS_SECONDS = "PURSER_HEADERS_SECONDS";
  private static final String HEAD_SECONDS = "PURSER_HEAD_SECONDS";
  private static final String FORM_SECONDS = "PURSER_FORM_SECONDS";
  private static final String IDLE_SECONDS = "PURSER_IDLE_SECONDS";
  private static final String BODY_SECONDS = "PURSER_BODY_SECONDS";
  private static final String BETWEEN_BYTES_SECONDS = "PURSER_BETWEEN_BYTES_SECONDS";
  private static final String CALL_SECONDS = "PURSER_CALL_SECONDS";
  private static final String ADMISSION_SECONDS = "PURSER_ADMISSION_SECONDS";

  /** The settings that this room reads. */
  public static final Set<String> NAMES =
      Set.of(
          MAX_BODY_BYTES,
          MAX_BODIES_BYTES,
          MAX_HEADER_BYTES,
          MAX_CONNECTIONS,
          MAX_CLIENTS,
          CONNECT_SECONDS,
          HEADERS_SECONDS,
          HEAD_SECONDS,
          FORM_SECONDS,
          IDLE_SECONDS,
          BODY_SECONDS,
          BETWEEN_BYTES_SECONDS,
          CALL_SECONDS,
          ADMISSION_SECONDS);

  private static final int MEGABYTE = 1 << 20;
  private static final int HOUR_SECONDS = 3_600;

  public static GatewayConfiguration of(Settings settings) {
    long quarterOfHeap = Runtime.getRuntime().maxMemory() / 4;
    return new GatewayConfiguration(
        (int) settings.number(MAX_BODY_BYTES, 32 * MEGABYTE, 1_024, 512 * MEGABYTE),
        settings.number(MAX_BODIES_BYTES, quarterOfHeap, MEGABYTE, Long.MAX_VALUE),
        (int) settings.number(MAX_HEADER_BYTES, 64 * 1_024, 8_192, MEGABYTE),
        (int) settings.number(MAX_CONNECTIONS, 4_096, 1, 65_536),
        maxClients(settings),
        seconds(settings, CONNECT_SECONDS, 10),
        seconds(settings, HEADERS_SECONDS, 600),
        seconds(settings, HEAD_SECONDS, 15),
        seconds(settings, FORM_SECONDS, 30),
        seconds(settings, IDLE_SECONDS, 120),
        seconds(settings, BODY_SECONDS, 60),
        seconds(settings, BETWEEN_BYTES_SECONDS, 300),
        seconds(settings, CALL_SECONDS, HOUR_SECONDS),
        seconds(settings, ADMISSION_SECONDS, 10));
  }

  private static int maxClients(Settings settings) {
    long most = Descriptors.mostClients();
    long clients = settings.number(MAX_CLIENTS, Math.min(most, 8_192), 1, 1_000_000);
    if (clients > most) {
      throw new InvalidSetting(
          MAX_CLIENTS
              + " must be at most "
              + most
              + ": for more this process would have to open more files than it may (ulimit -n)");
    }
    return (int) clients;
  }

  private static Duration seconds(Settings settings, String name, int byDefault) {
    return Duration.ofSeconds(settings.number(name, byDefault, 1, 24 * HOUR_SECONDS));
  }
}
