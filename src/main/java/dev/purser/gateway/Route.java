package dev.purser.gateway;

import dev.purser.pricing.Provider;
import dev.purser.providers.Dialect;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks the gateway for, told from its method and path. Doubled and final slashes do
 * not count, and {@code /anthropic} or {@code /openai} may stand before {@code /v1}.
 */
sealed interface Route {
  /** Whose errors and lists the client understands; null if the path does not tell. */
  @Nullable Provider shape();

  /** A call that is metered. */
  record Metered(Dialect dialect) implements Route {
    @Override
    public Provider shape() {
      return dialect.provider();
    }
  }

  /** A provider's free token counter: forwarded without an entry. */
  record Counter(Provider shape) implements Route {}

  /** The models that the space's provider keys can use. */
  record Models(@Nullable Provider shape) implements Route {}

  /** One of them. */
  record Model(@Nullable Provider shape, String name) implements Route {}

  /** Is anybody there. */
  record Alive(@Nullable Provider shape) implements Route {}

  /** The base URL is mistaken. */
  record WrongPath(@Nullable Provider shape, String rightPath) implements Route {}

  /** The path is right, the method is not. */
  record WrongMethod(@Nullable Provider shape, String rightMethod) implements Route {}

  /** An endpoint of a provider that costs nothing, and is not served all the same. */
  record Free(@Nullable Provider shape) implements Route {}

  /** An endpoint of a provider that Purser does not know how to meter. */
  record NotMetered(@Nullable Provider shape) implements Route {}

  /** What is served, without its {@code /v1}. */
  List<String> SERVED =
      List.of(
          "/chat/completions",
          "/messages",
          "/messages/count_tokens",
          "/responses",
          "/responses/input_tokens",
          "/embeddings",
          "/models");

  /** What a mistaken base URL may add before a path that is served. */
  Set<String> MISTAKEN = Set.of("anthropic", "api", "openai", "v1", "v1beta", "v2");

  /**
   * Method and path of what costs nothing at its provider. Not by what a path begins with: below
   * stored responses there are endpoints that run a model.
   */
  Pattern FREE =
      Pattern.compile(
          "(GET|POST|DELETE) /v1/chat/completions/[^/]+(/messages)?"
              + "|(GET|POST|DELETE) /v1/conversations(/[^/]+(/items(/[^/]+)?)?)?"
              + "|(GET|POST|DELETE) /v1/files(/[^/]+(/content)?)?"
              + "|POST /v1/moderations"
              + "|(GET|DELETE) /v1/responses/[^/]+(/input_items)?"
              + "|POST /v1/responses/[^/]+/cancel");

  /** Null where the path is none of the gateway's. */
  static @Nullable Route of(String method, String path) {
    String asked = withoutSpareSlashes(path);
    Provider named = named(asked);
    String served = named == null ? asked : asked.substring(1 + named.id().length());
    if (served.equals("/v1") || served.startsWith("/v1/")) {
      return versioned(method, served, named);
    }
    if (served.isEmpty() || served.equals("/")) {
      return method.equals("HEAD")
          ? new Alive(named)
          : named == null ? null : new NotMetered(named);
    }
    String right = rightPath(served);
    if (right != null) {
      return new WrongPath(shapeOf(right, named), right);
    }
    return named == null ? null : new NotMetered(named);
  }

  /** The path of a request as its provider has it. */
  static String served(String path) {
    String asked = withoutSpareSlashes(path);
    Provider named = named(asked);
    return named == null ? asked : asked.substring(1 + named.id().length());
  }

  private static String withoutSpareSlashes(String path) {
    String single = path.contains("//") ? path.replaceAll("/{2,}", "/") : path;
    return single.length() > 1 && single.endsWith("/")
        ? single.substring(0, single.length() - 1)
        : single;
  }

  /** The provider that the path begins with; null if with none. */
  private static @Nullable Provider named(String path) {
    for (Provider provider : Provider.values()) {
      int end = 1 + provider.id().length();
      if (path.startsWith(provider.id(), 1) && (path.length() == end || path.charAt(end) == '/')) {
        return provider;
      }
    }
    return null;
  }

  private static Route versioned(String method, String path, @Nullable Provider named) {
    Route route =
        switch (path) {
          case "/v1/messages" -> new Metered(Dialect.ANTHROPIC_MESSAGES);
          case "/v1/chat/completions" -> new Metered(Dialect.OPENAI_CHAT);
          case "/v1/responses" -> new Metered(Dialect.OPENAI_RESPONSES);
          case "/v1/embeddings" -> new Metered(Dialect.OPENAI_EMBEDDINGS);
          case "/v1/messages/count_tokens" -> new Counter(Provider.ANTHROPIC);
          case "/v1/responses/input_tokens" -> new Counter(Provider.OPENAI);
          case "/v1/models" -> new Models(named);
          default ->
              path.startsWith("/v1/models/")
                  ? new Model(named, decoded(path.substring("/v1/models/".length())))
                  : notServed(method, path, named);
        };
    return switch (route) {
      case Metered _, Counter _ ->
          named == null || named == route.shape()
              ? only("POST", method, route)
              : new WrongPath(route.shape(), path);
      case Models _, Model _ -> only("GET", method, route);
      case Alive _, WrongPath _, WrongMethod _, Free _, NotMetered _ -> route;
    };
  }

  private static Route notServed(String method, String path, @Nullable Provider named) {
    String right = rightPath(path);
    if (right != null && !right.equals(path)) {
      return new WrongPath(shapeOf(right, named), right);
    }
    return FREE.matcher(method + " " + path).matches()
        ? new Free(shapeOf(path, named))
        : new NotMetered(shapeOf(path, named));
  }

  /** The path that was meant, if it is only its beginning that is mistaken; else null. */
  private static @Nullable String rightPath(String asked) {
    String rest = asked;
    String first = firstPart(rest);
    // The management API is below /api, and has models of its own.
    boolean managing = first.equals("api") && !MISTAKEN.contains(firstPart(rest.substring(4)));
    while (!managing && MISTAKEN.contains(first)) {
      rest = rest.substring(1 + first.length());
      first = firstPart(rest);
    }
    String meant = rest;
    return !managing && (SERVED.contains(meant) || meant.startsWith("/models/"))
        ? "/v1" + meant
        : null;
  }

  /** What stands between the first slash and the next, in lower case. */
  private static String firstPart(String path) {
    int end = path.indexOf('/', 1);
    return path.isEmpty()
        ? ""
        : path.substring(1, end < 0 ? path.length() : end).toLowerCase(Locale.ROOT);
  }

  private static @Nullable Provider shapeOf(String path, @Nullable Provider named) {
    if (path.startsWith("/v1/messages")) {
      return Provider.ANTHROPIC;
    }
    return path.startsWith("/v1/chat/")
            || path.startsWith("/v1/responses")
            || path.startsWith("/v1/embeddings")
            || path.startsWith("/v1/moderations")
            || path.startsWith("/v1/conversations")
        ? Provider.OPENAI
        : named;
  }

  /** A part of a path, with its percent signs undone; as it is if they stand for nothing. */
  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return part;
    }
  }

  private static Route only(String rightMethod, String method, Route route) {
    return method.equals(rightMethod) ? route : new WrongMethod(route.shape(), rightMethod);
  }
}
