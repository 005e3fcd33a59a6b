package dev.purser.gateway;

import dev.purser.pricing.Provider;
import dev.purser.providers.Dialect;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request asks the gateway for, told from its method and path. */
sealed interface Route {
  /** A call that is metered. */
  record Metered(Dialect dialect) implements Route {}

  /** A provider's free token counter: forwarded without an entry. */
  record Counter(Provider provider) implements Route {}

  /** The models that the space's provider keys can use. */
  record Models() implements Route {}

  /** One of them. */
  record Model(String name) implements Route {}

  /** Is anybody there. */
  record Alive() implements Route {}

  /** The base URL is mistaken. */
  record WrongPath(String rightPath) implements Route {}

  /** The path is right, the method is not. */
  record WrongMethod(String rightMethod) implements Route {}

  /** An endpoint of a provider that Purser does not know how to meter. */
  record NotMetered() implements Route {}

  /** What OpenAI's base URL lacks when its {@code /v1} was forgotten. */
  List<String> WITHOUT_VERSION =
      List.of("/chat/completions", "/messages", "/responses", "/embeddings", "/models");

  /** Null where the path is none of the gateway's. */
  static @Nullable Route of(String method, String path) {
    if (path.startsWith("/v1")) {
      return path.length() == 3 || path.charAt(3) == '/' ? versioned(method, path) : null;
    }
    if (path.equals("/")) {
      return method.equals("HEAD") ? new Alive() : null;
    }
    for (String wrong : WITHOUT_VERSION) {
      if (path.equals(wrong) || path.startsWith(wrong + "/")) {
        return new WrongPath("/v1" + path);
      }
    }
    return null;
  }

  private static Route versioned(String method, String path) {
    return switch (path) {
      case "/v1/messages" -> metered(method, Dialect.ANTHROPIC_MESSAGES);
      case "/v1/chat/completions" -> metered(method, Dialect.OPENAI_CHAT);
      case "/v1/responses" -> metered(method, Dialect.OPENAI_RESPONSES);
      case "/v1/embeddings" -> metered(method, Dialect.OPENAI_EMBEDDINGS);
      case "/v1/messages/count_tokens" -> only("POST", method, new Counter(Provider.ANTHROPIC));
      case "/v1/responses/input_tokens" -> only("POST", method, new Counter(Provider.OPENAI));
      case "/v1/models" -> only("GET", method, new Models());
      default -> {
        if (path.startsWith("/v1/models/")) {
          yield only("GET", method, new Model(decoded(path.substring("/v1/models/".length()))));
        }
        if (path.startsWith("/v1/v1/")) {
          yield new WrongPath(path.substring(3));
        }
        yield new NotMetered();
      }
    };
  }

  /** A part of a path, with its percent signs undone; as it is if they stand for nothing. */
  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return part;
    }
  }

  private static Route metered(String method, Dialect dialect) {
    return only("POST", method, new Metered(dialect));
  }

  private static Route only(String rightMethod, String method, Route route) {
    return method.equals(rightMethod) ? route : new WrongMethod(rightMethod);
  }
}
