package dev.purser.gateway;

import io.vertx.core.MultiMap;
import java.util.HashSet;
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

  /** Credentials, what the client's browser or proxies added, and what Purser writes itself. */
  private static final Set<String> NOT_TO_PROVIDERS =
      union(
          HOP_BY_HOP,
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
  private static final Set<String> NOT_TO_CLIENTS =
      union(
          HOP_BY_HOP,
          "alt-svc",
          "content-length",
          "openai-organization",
          "openai-project",
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
          && !name.startsWith("x-purser-")
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
          && !name.startsWith("x-purser-")) {
        to.add(header.getKey(), header.getValue());
      }
    }
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
