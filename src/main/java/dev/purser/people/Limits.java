package dev.purser.people;

import dev.purser.pricing.Provider;
import dev.purser.text.PlainText;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The limits on what people may enter, wherever they enter it. */
public final class Limits {
  /** A million dollars a month. */
  public static final long MAX_BUDGET_CENTS = 100_000_000;

  /** Of the name of an agent, a virtual key, an access token. */
  public static final int MAX_NAME_LENGTH = 100;

  public static final int MAX_MODEL_NAME_LENGTH = 200;

  private Limits() {}

  /** Why a budget will not do, in one sentence; empty if it will, as null (no limit) does. */
  public static Optional<String> whyNotBudget(@Nullable Long cents) {
    return cents == null || (cents >= 0 && cents <= MAX_BUDGET_CENTS)
        ? Optional.empty()
        : Optional.of(
            "A monthly budget is from 0 to " + MAX_BUDGET_CENTS + " cents, or null for no limit.");
  }

  /** Why a name will not do, in one sentence; empty if it will. It is judged as it is stored. */
  public static Optional<String> whyNotName(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      return Optional.of("A name has 1 to " + MAX_NAME_LENGTH + " characters.");
    }
    return PlainText.hiddenIn(name)
        .map(hidden ->
            "A name is one line of characters that can be seen. This one has " + hidden + ".");
  }

  /** Why a choice of model will not do, in one sentence; empty if it will. */
  public static Optional<String> whyNotModel(@Nullable Provider provider, @Nullable String model) {
    if (provider == null && model == null) {
      return Optional.empty();
    }
    if (provider == null || model == null) {
      return Optional.of("A model and its provider are chosen together.");
    }
    if (model.isBlank() || model.length() > MAX_MODEL_NAME_LENGTH) {
      return Optional.of("A model's name has 1 to " + MAX_MODEL_NAME_LENGTH + " characters.");
    }
    return PlainText.hiddenIn(model)
        .map(hidden -> "A model's name has no character that cannot be seen: " + hidden + ".");
  }
}
