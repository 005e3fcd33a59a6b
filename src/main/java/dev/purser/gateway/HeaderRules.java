package dev.purser.gateway;

import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which headers go on, in both directions. What is not named here does. */
final class HeaderRules {
  /** What belongs to one connection (RFC 9110, 7.6.1), beside what {@code Connection} names. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /**
   * What stops here in both directions: whose organization and project a provider key belongs to is
   * neither the caller's to choose nor its to know; what a browser does is not a provider's to
   * decide; and what clients send to other gateways, or to trace their own calls, is not the
   * provider's.
   */
  private static final Set<String> STOP_HERE =
      union(
          HOP_BY_HOP,
          "anthropic-organization-id",
          "anthropic-user-profile-id",
          "anthropic-workspace-id",
          "b3",
          "baggage",
          "clear-site-data",
          "http-referer",
          "openai-organization",
          "openai-project",
          "refresh",
          "sentry-trace",
          "traceparent",
          "tracestate",
          "uber-trace-id",
          "x-amzn-trace-id",
          "x-cloud-trace-context",
          "x-title");

  /** The same for all names that begin like this. */
  static final List<String> PREFIXES_STOP_HERE =
      List.of(
          "access-control-",
          "helicone-",
          "x-b3-",
          "x-bf-",
          "x-datadog-",
          "x-langfuse-",
          "x-litellm-",
          "x-openrouter-",
          "x-portkey-",
          "x-purser-");

  /** Credentials, what the client's browser or proxies added, and what Purser writes itself. */
  static final Set<String> NOT_TO_PROVIDERS =
      union(
          STOP_HERE,
          "accept-encoding",
          "api-key",
          "authorization",
          "content-length",
          "cookie",
          "cookie2",
          "expect",
          "forwarded",
          "host",
          "origin",
          "ocp-apim-subscription-key",
          "true-client-ip",
          "via",
          "x-amz-security-token",
          "x-api-key",
          "x-auth-token",
          "x-client-ip",
          "x-cluster-client-ip",
          "x-goog-api-key",
          "x-original-forwarded-for",
          "x-real-ip");

  /** What a provider says to its own customer or about its own connection. */
  static final Set<String> NOT_TO_CLIENTS =
      union(
          STOP_HERE,
          "alt-svc",
          "content-length",
          "nel",
          "report-to",
          "reporting-endpoints",
          "service-worker-allowed",
          "set-cookie",
          "set-cookie2",
          "strict-transport-security");

  private HeaderRules() {}

  /**
   * Copies what a provider may see.
   *
   * @param credential what the client presented: no header that holds it goes on, whatever its name
   */
  static void copyToProvider(MultiMap from, MultiMap to, String credential) {
    Set<String> named = namedByConnection(from);
    for (Map.Entry<String, String> header : from) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!NOT_TO_PROVIDERS.contains(name)
          && !named.contains(name)
          && !name.startsWith("x-forwarded")
          && !name.startsWith("cf-")
          && !stopsHere(name)
          && !header.getValue().contains(credential)) {
        to.add(name, header.getValue());
      }
    }
  }

  /** Copies what a client may see. What is not well-formed is left out. */
  static void copyToClient(MultiMap from, MultiMap to) {
    Set<String> named = namedByConnection(from);
    for (Map.Entry<String, String> header : from) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!NOT_TO_CLIENTS.contains(name)
          && Framing.isName(name)
          && Framing.isValue(header.getValue())
          && !named.contains(name)
          && !stopsHere(name)) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }

  private static boolean stopsHere(String name) {
    return PREFIXES_STOP_HERE.stream().anyMatch(name::startsWith);
  }

  private static Set<String> namedByConnection(MultiMap headers) {
    Set<String> named = Set.of();
    for (String value : headers.getAll("connection")) {
      if (!value.equalsIgnoreCase("keep-alive") && !value.equalsIgnoreCase("close")) {
        named = named.isEmpty() ? new HashSet<>() : named;
        for (String name : value.split(",", -1)) {
          named.add(name.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return named;
  }

  private static Set<String> union(Set<String> some, String... others) {
    Set<String> all = new HashSet<>(some);
    all.addAll(Set.of(others));
    return Set.copyOf(all);
  }
}
