package dev.purser.web;

import dev.purser.people.User;
import dev.purser.secret.Secret;
import dev.purser.text.PlainText;
import io.vertx.core.MultiMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that was let in: who makes it, and what it says. */
final class PageRequest {
  private static final int MAX_PARAMETER_LENGTH = 1_000;
  private static final int MAX_ID_LENGTH = 100;

  private final Frame frame;
  private final @Nullable User user;
  private final @Nullable Secret sessionId;
  private final @Nullable Secret browser;
  private final String clientAddress;
  private final Map<String, String> path;
  private final MultiMap query;
  private final Form form;

  PageRequest(
      Frame frame,
      @Nullable User user,
      @Nullable Secret sessionId,
      @Nullable Secret browser,
      String clientAddress,
      Map<String, String> path,
      MultiMap query,
      Form form) {
    this.frame = frame;
    this.user = user;
    this.sessionId = sessionId;
    this.browser = browser;
    this.clientAddress = clientAddress;
    this.path = path;
    this.query = query;
    this.form = form;
  }

  Frame frame() {
    return frame;
  }

  /** Who is signed in; only for routes that ask for that. */
  User user() {
    return Objects.requireNonNull(user, "a route for anyone asked who it is");
  }

  Optional<User> visitor() {
    return Optional.ofNullable(user);
  }

  String spaceId() {
    return user().spaceId();
  }

  Optional<Secret> sessionId() {
    return Optional.ofNullable(sessionId);
  }

  /** The cookie of a browser in which somebody has signed in before. */
  Optional<Secret> browser() {
    return Optional.ofNullable(browser);
  }

  /** Of the connection: a proxy's, if one stands in front that is not trusted. */
  String clientAddress() {
    return clientAddress;
  }

  /** A part of the path; one that no id can be is given as a text that no id is. */
  String path(String name) {
    String value = Objects.requireNonNull(path.get(name), name);
    return value.length() <= MAX_ID_LENGTH && isPrintable(value) ? value : "";
  }

  /** No header takes control characters, and PostgreSQL not all of them. */
  private static boolean isPrintable(String value) {
    return PlainText.is(value);
  }

  /** A parameter of the query; empty if it is missing, blank or nothing that any can be. */
  Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name))
        .map(String::strip)
        .filter(value ->
            !value.isEmpty() && value.length() <= MAX_PARAMETER_LENGTH && isPrintable(value));
  }

  Form form() {
    return form;
  }
}
