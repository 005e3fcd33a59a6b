package dev.purser.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.purser.people.Users;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How often a password may be tried, in this process: for one e-mail, whether it is anybody's or
 * not, from one address; for one e-mail from anywhere; and from one address, whatever the e-mail.
 * Who guesses at somebody's password from elsewhere so does not lock them out, short of doing it
 * from many places; and never in a browser in which they have signed in before, which has a count
 * of its own. Behind a proxy that is not known as one the address is the proxy's, and so
 * everyone's: hence the larger number.
 */
final class PasswordAttempts {
  static final int MAX_FROM_BROWSER = 10;
  static final int MAX_FOR_EMAIL_FROM_ADDRESS = 10;
  static final int MAX_FOR_EMAIL = 100;
  static final int MAX_FROM_ADDRESS = 100;

  /** From the first attempt on; then they are counted anew. */
  static final Duration WINDOW = Duration.ofMinutes(15);

  private static final int MAX_COUNTED = 10_000;

  /** Of an IPv6 address, what a provider gives to one customer. */
  private static final int NETWORK_BYTES = 8;

  private final InstantSource clock;
  private final Cache<String, Tried> emails;
  private final Cache<String, Tried> emailsFromAddresses;
  private final Cache<String, Tried> addresses;
  private final Cache<String, Tried> browsers;

  PasswordAttempts(InstantSource clock) {
    this.clock = clock;
    this.emails = counts(clock);
    this.emailsFromAddresses = counts(clock);
    this.addresses = counts(clock);
    this.browsers = counts(clock);
  }

  private record Tried(int count, Instant until) {}

  /**
   * Asks for one attempt. It is counted before the password is looked at, so that many at once do
   * not get more. One that is refused does not count for what is asked after.
   *
   * @param email one that can be somebody's, so of limited length
   * @param browser in which the user of this e-mail has signed in before; null for any other
   * @return how long to wait instead; empty if it may be made
   */
  Optional<Duration> begin(String email, String clientAddress, @Nullable String browser) {
    if (browser != null) {
      return one(browsers, browser, MAX_FROM_BROWSER);
    }
    String network = network(clientAddress);
    String normal = Users.normal(email);
    return one(addresses, network, MAX_FROM_ADDRESS)
        .or(() -> one(emailsFromAddresses, both(normal, network), MAX_FOR_EMAIL_FROM_ADDRESS))
        .or(() -> one(emails, normal, MAX_FOR_EMAIL));
  }

  /**
   * The password was right: the attempts at it from this address are forgotten, and the last one of
   * the e-mail and of the address.
   */
  void succeeded(String email, String clientAddress, @Nullable String browser) {
    if (browser != null) {
      browsers.invalidate(browser);
      return;
    }
    String network = network(clientAddress);
    String normal = Users.normal(email);
    emailsFromAddresses.invalidate(both(normal, network));
    forgetOne(emails, normal);
    forgetOne(addresses, network);
  }

  private static String both(String email, String network) {
    return email + " " + network;
  }

  private static void forgetOne(Cache<String, Tried> counts, String of) {
    counts
        .asMap()
        .computeIfPresent(
            of, (key, tried) -> new Tried(Math.max(0, tried.count() - 1), tried.until()));
  }

  private Optional<Duration> one(Cache<String, Tried> counts, String of, int most) {
    Instant now = clock.instant();
    Tried tried =
        counts
            .asMap()
            .compute(
                of,
                (key, before) ->
                    before == null || !before.until().isAfter(now)
                        ? new Tried(1, now.plus(WINDOW))
                        : new Tried(Math.min(before.count(), most) + 1, before.until()));
    return tried.count() <= most
        ? Optional.empty()
        : Optional.of(Duration.between(now, tried.until()));
  }

  private static String network(String clientAddress) {
    try {
      return InetAddress.ofLiteral(clientAddress) instanceof Inet6Address address
          ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES))
          : clientAddress;
    } catch (IllegalArgumentException e) {
      return clientAddress;
    }
  }

  private static Cache<String, Tried> counts(InstantSource clock) {
    return Caffeine.newBuilder()
        .maximumSize(MAX_COUNTED)
        .expireAfterWrite(WINDOW)
        .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
        .build();
  }
}
