package dev.purser.web;

import dev.purser.pricing.Provider;
import dev.purser.vault.KeySaved;
import dev.purser.vault.ProviderKey;
import java.time.ZoneId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A provider's row among the API keys.
 *
 * @param key as it is saved; null for none
 * @param zone in which times are shown
 * @param part what is open in it
 */
public record KeyRow(Provider provider, @Nullable ProviderKey key, ZoneId zone, Part part) {
  /** What is open in a row. */
  public sealed interface Part {
    /** Nothing that need be said. */
    record Plain() implements Part {}

    /** A field for another key. */
    record Replacing() implements Part {}

    /**
     * The question whether to delete it.
     *
     * @param meaning what it would mean, in one or two sentences
     */
    record Deleting(String meaning) implements Part {}

    /**
     * What was just done.
     *
     * @param words a few, which stand where the key's state does otherwise
     * @param defaultModel what a program gets that leaves the choice to Purser, if that is worth
     *     saying; else null
     */
    record Done(String words, @Nullable DefaultModel defaultModel) implements Part {
      Done(String words) {
        this(words, null);
      }
    }

    /**
     * What was not.
     *
     * @param what in one or two sentences
     * @param reason what came instead, and what to do
     * @param typed whether it was typed into the field, which is shown again
     */
    record Failed(String what, String reason, boolean typed) implements Part {}
  }

  /**
   * What saving a key means for programs that leave the choice of a model to Purser.
   *
   * @param model what they get from now on; null if nothing is chosen for them
   */
  public record DefaultModel(@Nullable String model) {}

  static final Part PLAIN = new Part.Plain();

  /** Of a field that was sent for another key than the one that is saved by now. */
  static final Part NOT_SAVED_OVER_ANOTHER =
      new Part.Failed(
          "Nothing was saved: this API key was changed elsewhere in the meantime.",
          "The row shows it as it is now. Save once more to put yours in its place.",
          true);

  /** Of a question that was asked about another key than the one that is saved by now. */
  static final Part ANOTHER_NOT_DELETED =
      new Part.Failed(
          "Nothing was deleted: this API key was replaced elsewhere in the meantime.",
          "The row shows the one that is saved now.",
          false);

  /** The field with the id of the key that a row's forms are about. */
  public static final String SEEN = "seen";

  static Part failed(Provider provider, KeySaved.NotSaved notSaved) {
    String name = provider.displayName();
    String what =
        switch (notSaved) {
          case KeySaved.Mistaken _ -> "This is no API key from " + name + ".";
          case KeySaved.Rejected _ -> name + " refused this key.";
          case KeySaved.Busy _ -> name + " was not asked yet.";
          case KeySaved.Unreachable _ -> name + " could not be asked.";
        };
    return new Part.Failed(what + " Nothing was saved.", notSaved.reason(), true);
  }

  static Part done(String what, ProviderKey.Status now, @Nullable DefaultModel defaultModel) {
    return new Part.Done(
        switch (now) {
          case VALID, RESTRICTED -> what + " and " + word(now).toLowerCase(Locale.ROOT);
          case REJECTED, UNREADABLE -> word(now);
        },
        defaultModel);
  }

  /** What deleting a key means for the agents that had calls with it of late. */
  static Part deleting(Provider provider, long agentsThisWeek) {
    if (agentsThisWeek == 0) {
      return new Part.Deleting(
          "No agent used it this week. Calls to "
              + provider.displayName()
              + "'s models will get 403.");
    }
    return new Part.Deleting(
        Figures.count(agentsThisWeek, "agent", "agents")
            + " used it this week; "
            + (agentsThisWeek == 1 ? "its" : "their")
            + " calls will get 403.");
  }

  /** The element's id. */
  public String id() {
    return "key-" + provider.id();
  }

  /** What tells its key from those before and after; empty for none. */
  public String keyId() {
    return key == null ? "" : key.id();
  }

  /** Where its forms lead. */
  public String path() {
    return "/settings/keys/" + provider.id();
  }

  /** Whether a key can be entered. */
  public boolean open() {
    return key == null
        || switch (part) {
          case Part.Replacing _ -> true;
          case Part.Failed failed -> failed.typed();
          case Part.Plain _, Part.Deleting _, Part.Done _ -> false;
        };
  }

  /** Whether there is a key that is of no use as it is. */
  public boolean useless() {
    return key != null
        && switch (key.status()) {
          case VALID, RESTRICTED -> false;
          case REJECTED, UNREADABLE -> true;
        };
  }

  /** What the provider's keys begin with. */
  public String example() {
    return switch (provider) {
      case ANTHROPIC -> "sk-ant-...";
      case OPENAI -> "sk-...";
    };
  }

  /** How a saved key stands. */
  public static String word(ProviderKey.Status status) {
    return switch (status) {
      case VALID -> "Valid";
      case RESTRICTED -> "Restricted";
      case REJECTED -> "Rejected";
      case UNREADABLE -> "Unreadable";
    };
  }

  /** Its colour. */
  public static String tone(ProviderKey.Status status) {
    return switch (status) {
      case VALID -> "ok";
      case RESTRICTED -> "warn";
      case REJECTED, UNREADABLE -> "danger";
    };
  }

  /** Its glyph. */
  public static String glyph(ProviderKey.Status status) {
    return switch (status) {
      case VALID -> "check";
      case RESTRICTED -> "warning";
      case REJECTED, UNREADABLE -> "alert";
    };
  }

  /** When that was learned, and from whom. */
  public static String learned(ProviderKey key, ZoneId zone) {
    return switch (key.status()) {
      case VALID, RESTRICTED -> "checked " + Figures.moment(key.verifiedAt(), zone);
      case REJECTED ->
          "by " + key.provider().displayName() + ", " + Figures.moment(key.verifiedAt(), zone);
      case UNREADABLE -> "saved " + Figures.moment(key.createdAt(), zone);
    };
  }
}
