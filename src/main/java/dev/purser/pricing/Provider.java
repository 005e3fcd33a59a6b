package dev.purser.pricing;

import java.util.Locale;
import java.util.Optional;

/** The company whose API is called and whose prices apply. */
public enum Provider {
  ANTHROPIC("Anthropic"),
  OPENAI("OpenAI");

  private final String displayName;

  Provider(String displayName) {
    this.displayName = displayName;
  }

  /** As people write it. */
  public String displayName() {
    return displayName;
  }

  /** As the database and the API write it: {@code anthropic}, {@code openai}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Provider> ofId(String id) {
    for (Provider provider : values()) {
      if (provider.id().equals(id)) {
        return Optional.of(provider);
      }
    }
    return Optional.empty();
  }
}
