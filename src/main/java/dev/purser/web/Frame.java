package dev.purser.web;

import dev.purser.pricing.Provider;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every page needs besides its own content.
 *
 * @param path of the page that is read, without its query: which entry of the menu is lit
 * @param address the same with its query: where to come back to
 * @param theme as the visitor chose it; null to follow the system
 * @param visitor who is signed in; null for nobody
 * @param formToken what every form carries to show that it is one of ours, for this visitor
 * @param formIds makes the id of a form, so that the same form sent twice is done once
 */
public record Frame(
    Assets assets,
    String path,
    String address,
    @Nullable Theme theme,
    @Nullable Visitor visitor,
    String formToken,
    Supplier<String> formIds) {

  /**
   * Who is signed in.
   *
   * @param started whether any call was ever made: then the menu leads to its usage, not to Start
   * @param rejectedKeys the API keys of theirs that are of no use any more
   */
  public record Visitor(String email, boolean started, List<RejectedKey> rejectedKeys) {
    public Visitor {
      rejectedKeys = List.copyOf(rejectedKeys);
    }
  }

  /**
   * An API key that its provider rejects, which every page tells: all calls with it fail.
   *
   * @param since in words
   */
  public record RejectedKey(Provider provider, String since) {}

  /** Light or dark. */
  public enum Theme {
    LIGHT,
    DARK;

    /** As the cookie and the markup write it. */
    public String id() {
      return this == LIGHT ? "light" : "dark";
    }

    static @Nullable Theme ofId(@Nullable String id) {
      return LIGHT.id().equals(id) ? LIGHT : DARK.id().equals(id) ? DARK : null;
    }
  }

  /** A new form's id. */
  public String formId() {
    return formIds.get();
  }

  /** Whether the menu's entry with this path leads to where the visitor is; "/" shows Start. */
  public boolean at(String menuPath) {
    String read = path.equals("/") ? "/start" : path;
    return read.equals(menuPath) || read.startsWith(menuPath + "/");
  }
}
