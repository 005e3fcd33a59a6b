package dev.purser.pricing;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a model's name tells by its form alone. */
final class ModelName {
  private static final Pattern SNAPSHOT =
      Pattern.compile("(.+)-(?:20\\d{6}|20\\d{2}-\\d{2}-\\d{2}|latest)");
  private static final Pattern ANTHROPIC = Pattern.compile("claude-.*");
  private static final Pattern OPENAI =
      Pattern.compile(
          "(?:ft:)?(?:gpt-|chatgpt-|codex-|o\\d|text-embedding-|chat-latest|davinci|babbage).*");
  private static final Pattern EMBEDDING = Pattern.compile("text-embedding-.*");

  private ModelName() {}

  /** The model of which this is a dated snapshot, or the latest. */
  static Optional<String> ofSnapshot(String name) {
    Matcher matcher = SNAPSHOT.matcher(name);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  static Optional<Provider> provider(String name) {
    if (ANTHROPIC.matcher(name).matches()) {
      return Optional.of(Provider.ANTHROPIC);
    }
    return OPENAI.matcher(name).matches() ? Optional.of(Provider.OPENAI) : Optional.empty();
  }

  static boolean isEmbedding(String name) {
    return EMBEDDING.matcher(name).matches();
  }
}
