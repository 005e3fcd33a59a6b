package dev.purser.api;

import dev.purser.people.User;
import dev.purser.text.PlainText;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A request that was let in: who makes it, and what it says. */
final class ApiRequest {
  private final @Nullable User user;
  private final Map<String, String> path;
  private final Query query;
  private final @Nullable JsonBody body;

  ApiRequest(@Nullable User user, Map<String, String> path, Query query, @Nullable JsonBody body) {
    this.user = user;
    this.path = path;
    this.query = query;
    this.body = body;
  }

  /** Who is signed in; only for routes that ask for that. */
  User user() {
    return Objects.requireNonNull(user, "a route for anyone asked who it is");
  }

  String spaceId() {
    return user().spaceId();
  }

  /** A part of the path; one that no id can be is given as a text that no id is. */
  String path(String name) {
    String value = Objects.requireNonNull(path.get(name), name);
    return value.length() <= 100 && PlainText.is(value) ? value : "";
  }

  Query query() {
    return query;
  }

  /** Only for routes that name the fields of a body. */
  JsonBody body() {
    return Objects.requireNonNull(body, "a route without fields asked for a body");
  }
}
