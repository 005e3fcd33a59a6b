package dev.purser.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where to go back to: only ever an address of this installation, whoever names it. */
final class LocalPath {
  private static final int MAX_LENGTH = 1_000;

  private LocalPath() {}

  /** The path with its query, if that is all it is. */
  static Optional<String> of(@Nullable String text) {
    if (text == null
        || text.length() > MAX_LENGTH
        || !text.startsWith("/")
        || text.startsWith("//")
        || text.indexOf('\\') >= 0
        || text.chars().anyMatch(Character::isISOControl)) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(text);
      return uri.getScheme() == null && uri.getRawAuthority() == null
          ? Optional.of(text)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The path and query of a page's whole URL, as a browser sends it in {@code Referer}. */
  static Optional<String> ofUrl(@Nullable String url) {
    if (url == null || url.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(url);
      String query = uri.getRawQuery();
      return of(uri.getRawPath() + (query == null ? "" : "?" + query));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
