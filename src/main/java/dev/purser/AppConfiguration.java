package dev.purser;

import dev.purser.config.Settings;
import dev.purser.config.Settings.InvalidSetting;
import dev.purser.gateway.GatewayConfiguration;
import dev.purser.ledger.LedgerConfiguration;
import dev.purser.people.PublicAddress;
import dev.purser.people.TrustedProxies;
import dev.purser.providers.ProviderAddresses;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.OpenFiles;
import dev.purser.vault.VaultConfiguration;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that Purser is configured with: what the program as a whole reads, and each room's own
 * record.
 *
 * @param port 0 for one that is free
 * @param dataDirectory holds the database, if it is SQLite, and the master key, if none is given
 * @param allowOpenFiles whether others than their owner may use that directory and the master key
 * @param publicUrl what people and programs reach Purser by; empty for host and port
 * @param trustedProxies who are believed when they say whom they forward for
 * @param ledger its limits
 * @param drain how long running calls may go on after SIGTERM
 * @param logLevel of Purser's own log
 */
record AppConfiguration(
    String host,
    int port,
    Path dataDirectory,
    boolean allowOpenFiles,
    DatabaseConfiguration database,
    VaultConfiguration vault,
    ProviderAddresses providers,
    GatewayConfiguration gateway,
    Optional<URI> publicUrl,
    TrustedProxies trustedProxies,
    LedgerConfiguration ledger,
    Duration drain,
    String logLevel) {

  private static final Set<String> OWN =
      Set.of(
          "PURSER_HOST",
          "PURSER_PORT",
          "PURSER_DATA_DIR",
          "PURSER_PUBLIC_URL",
          "PURSER_TRUSTED_PROXIES",
          "PURSER_DRAIN_SECONDS",
          "PURSER_LEASE_SECONDS",
          "PURSER_MAX_WAITING",
          "PURSER_STRICT_UNKNOWN",
          "PURSER_LOG_LEVEL",
          OpenFiles.SETTING,
          // Read by the ./run script, for the Java that it starts.
          "PURSER_JAVA_OPTIONS");

  /** Every setting that there is. */
  static final Set<String> NAMES =
      Stream.of(
              OWN,
              DatabaseConfiguration.NAMES,
              VaultConfiguration.NAMES,
              ProviderAddresses.NAMES,
              GatewayConfiguration.NAMES)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  /** Those that may also lie in a file of their own. */
  static final Set<String> SECRETS =
      Stream.of(DatabaseConfiguration.SECRETS, VaultConfiguration.SECRETS)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  static AppConfiguration read(Settings settings) {
    Path dataDirectory = Path.of(settings.text("PURSER_DATA_DIR", "data"));
    boolean allowOpenFiles = settings.flag(OpenFiles.SETTING);
    String logLevel = settings.text("PURSER_LOG_LEVEL", "info");
    if (!LOG_LEVELS.contains(logLevel)) {
      throw new InvalidSetting(
          "PURSER_LOG_LEVEL must be error, warn, info, debug or trace, not \"" + logLevel + "\"");
    }
    return new AppConfiguration(
        settings.text("PURSER_HOST", "127.0.0.1"),
        (int) settings.number("PURSER_PORT", 8080, 0, 65535),
        dataDirectory,
        allowOpenFiles,
        DatabaseConfiguration.of(settings, dataDirectory),
        VaultConfiguration.of(settings, dataDirectory, allowOpenFiles),
        ProviderAddresses.of(settings),
        GatewayConfiguration.of(settings),
        settings.text("PURSER_PUBLIC_URL").map(text -> url("PURSER_PUBLIC_URL", text)),
        trustedProxies(settings),
        LedgerConfiguration.DEFAULT
            .withLease(Duration.ofSeconds(settings.number("PURSER_LEASE_SECONDS", 15, 1, 3_600)))
            .withWaitingAdmissions(
                (int) settings.number("PURSER_MAX_WAITING", 10_000, 1, 1_000_000))
            .withUnknownNamesRefused(refusesUnknownNames(settings)),
        Duration.ofSeconds(settings.number("PURSER_DRAIN_SECONDS", 600, 0, 86_400)),
        logLevel);
  }

  /** Where people reach the server, as far as it is known before it listens. */
  PublicAddress address() {
    return PublicAddress.of(publicUrl.map(URI::toString), host, port);
  }

  private static TrustedProxies trustedProxies(Settings settings) {
    String name = "PURSER_TRUSTED_PROXIES";
    try {
      return TrustedProxies.of(settings.text(name, ""));
    } catch (IllegalArgumentException e) {
      throw new InvalidSetting(
          name
              + " must be addresses or networks with commas between them, such as 127.0.0.1,"
              + " 10.0.0.0/8");
    }
  }

  private static boolean refusesUnknownNames(Settings settings) {
    String text = settings.text("PURSER_STRICT_UNKNOWN", "bound");
    return switch (text) {
      case "bound" -> false;
      case "refuse" -> true;
      default ->
          throw new InvalidSetting(
              "PURSER_STRICT_UNKNOWN must be bound or refuse, not \"" + text + "\"");
    };
  }

  private static URI url(String name, String text) {
    try {
      URI url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (Set.of("http", "https").contains(String.valueOf(url.getScheme()))
          && url.getHost() != null
          && url.getPath().isEmpty()
          && url.getUserInfo() == null
          && url.getQuery() == null
          && url.getFragment() == null) {
        return url;
      }
    } catch (IllegalArgumentException notAUrl) {
      // said below
    }
    throw new InvalidSetting(
        name + " must be an address without a path, such as https://host or http://127.0.0.1:9000");
  }
}
