package dev.purser.people;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that are believed when they say whom they forward for. A proxy adds the address that
 * it was called from at the end of {@code X-Forwarded-For} or {@code Forwarded}; what stands before
 * that was sent by whoever called it, and may be made up. So the last address counts that is no
 * trusted proxy's own.
 */
public record TrustedProxies(List<Network> networks) {
  /** No proxy is believed. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private static final Pattern FOR =
      Pattern.compile("(?i)(?:^|;)\\s*for\\s*=\\s*(\"[^\"]*\"|[^;\"]*)");

  /** With a port behind it, which only IPv4 has without brackets. */
  private static final Pattern HOST =
      Pattern.compile(
          "\\[([0-9a-fA-F:.]+)](?::\\d{1,5})?|([0-9.]+)(?::\\d{1,5})?|([0-9a-fA-F:.]+)");

  public TrustedProxies {
    networks = List.copyOf(networks);
  }

  /** All addresses that begin with these bits. */
  public record Network(InetAddress address, int bits) {
    boolean contains(InetAddress other) {
      byte[] own = address.getAddress();
      byte[] others = other.getAddress();
      if (own.length != others.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if (((own[bit / 8] ^ others[bit / 8]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Reads a list such as {@code 127.0.0.1, 10.0.0.0/8}.
   *
   * @throws IllegalArgumentException with the part that is no address or network
   */
  public static TrustedProxies of(String text) {
    List<Network> networks = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        networks.add(network(part.strip()));
      }
    }
    return new TrustedProxies(networks);
  }

  private static Network network(String text) {
    String[] parts = text.split("/", -1);
    InetAddress address = InetAddress.ofLiteral(parts[0]);
    int most = address.getAddress().length * 8;
    int bits = parts.length == 1 ? most : Integer.parseInt(parts[1]);
    // Java also takes 10.1 for 10.0.0.1, which is more likely a mistake here.
    boolean whole = parts[0].contains(":") || parts[0].matches("[^.]+(\\.[^.]+){3}");
    if (!whole || parts.length > 2 || bits < 0 || bits > most) {
      throw new IllegalArgumentException(text);
    }
    return new Network(address, bits);
  }

  /**
   * The address of who made a request.
   *
   * @param peer the other end of the connection
   * @param forwardedFor the values of all {@code X-Forwarded-For} headers
   * @param forwarded the values of all {@code Forwarded} headers
   */
  public String client(String peer, List<String> forwardedFor, List<String> forwarded) {
    InetAddress proxy = address(peer);
    if (proxy == null || !trusts(proxy)) {
      return peer;
    }
    Optional<InetAddress> first =
        forwardedFor.isEmpty() ? Optional.empty() : last(forwardedFor, false);
    Optional<InetAddress> second = forwarded.isEmpty() ? Optional.empty() : last(forwarded, true);
    boolean both = !forwardedFor.isEmpty() && !forwarded.isEmpty();
    // A proxy writes one of the two and may pass on what it was sent of the other.
    if (both && !first.equals(second)) {
      return peer;
    }
    return first.or(() -> second).map(InetAddress::getHostAddress).orElse(peer);
  }

  /**
   * The last address that is no trusted proxy's; else the first of all, as far as they are known.
   */
  private Optional<InetAddress> last(List<String> headers, boolean named) {
    List<String> hops = List.of(String.join(",", headers).split(",", -1));
    InetAddress client = null;
    for (String hop : hops.reversed()) {
      if (hop.isBlank()) {
        continue;
      }
      InetAddress address = address(named ? named(hop) : hop.strip());
      if (address == null) {
        break;
      }
      client = address;
      if (!trusts(address)) {
        break;
      }
    }
    return Optional.ofNullable(client);
  }

  private boolean trusts(InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  private static String named(String hop) {
    Matcher named = FOR.matcher(hop);
    return named.find() ? named.group(1).replace("\"", "").strip() : "";
  }

  /** Null for what is none, and for names, which are never looked up. */
  private static @Nullable InetAddress address(String text) {
    Matcher host = HOST.matcher(text);
    if (!host.matches()) {
      return null;
    }
    String literal =
        host.group(1) != null
            ? host.group(1)
            : host.group(2) != null ? host.group(2) : host.group(3);
    try {
      return InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
