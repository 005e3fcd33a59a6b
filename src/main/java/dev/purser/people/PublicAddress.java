package dev.purser.people;

import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where people reach this installation, and by which names. A request that names another host in
 * its {@code Host} header was sent here by a trick (DNS rebinding), so it is not answered.
 *
 * @param url what links begin with; no slash at its end
 * @param hostNames in lower case, without ports
 */
public record PublicAddress(URI url, Set<String> hostNames) {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  public PublicAddress {
    hostNames = Set.copyOf(hostNames);
  }

  /**
   * The address of a server.
   *
   * @param publicUrl as configured; else it follows from where the server listens
   * @throws IllegalArgumentException if it is no http or https URL of a host alone
   */
  public static PublicAddress of(Optional<String> publicUrl, String host, int port) {
    Set<String> names = new HashSet<>(LOCAL);
    String bound = host.contains(":") ? "[" + host + "]" : host;
    names.add(bound.toLowerCase(Locale.ROOT));
    URI url = URI.create(publicUrl.orElse("http://" + bound + ":" + port).replaceAll("/+$", ""));
    boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!web || url.getHost() == null || !url.getRawPath().isEmpty()) {
      throw new IllegalArgumentException(
          "the public URL must look like https://purser.example.org, not " + url);
    }
    names.add(url.getHost().toLowerCase(Locale.ROOT));
    return new PublicAddress(url, names);
  }

  /** Whether cookies may only travel over TLS. */
  public boolean secure() {
    return "https".equals(url.getScheme());
  }

  /**
   * What a cookie is called that no other server may set for us, or get from us: behind TLS the
   * browser sees to that by the prefix; without, a second Purser on the same machine, which cookies
   * do not tell from the first, is told by its port.
   */
  public String cookieName(String name) {
    return secure() ? "__Host-" + name : url.getPort() < 0 ? name : name + "_" + url.getPort();
  }

  /** Whether a request with this {@code Host} header is meant for this installation. */
  public boolean allows(@Nullable String hostHeader) {
    if (hostHeader == null) {
      return false;
    }
    String name = hostHeader.replaceFirst(":[0-9]{1,5}$", "");
    return hostNames.contains(name.toLowerCase(Locale.ROOT));
  }

  /**
   * Whether a request that carries a session's cookie was made by our own pages. Browsers say so in
   * {@code Sec-Fetch-Site}; those that do not send it send {@code Origin} with all but plain reads.
   *
   * @param changes whether the request may change something
   */
  public boolean sameOrigin(
      boolean changes,
      @Nullable String secFetchSite,
      @Nullable String origin,
      @Nullable String hostHeader) {
    if (secFetchSite != null) {
      boolean ours = secFetchSite.equals("same-origin");
      // "none": the person typed the address or followed a bookmark.
      return ours || (!changes && secFetchSite.equals("none"));
    }
    if (origin == null) {
      return !changes;
    }
    return hostHeader != null
        && (origin.equalsIgnoreCase("http://" + hostHeader)
            || origin.equalsIgnoreCase("https://" + hostHeader));
  }
}
