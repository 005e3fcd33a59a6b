package dev.purser.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

/**
 * One address of the pages, and what is done there.
 *
 * @param path with its parameters in braces: {@code /agents/{id}}
 */
record PageRoute(
    HttpMethod method,
    String path,
    Access access,
    Set<Trait> traits,
    Function<PageRequest, Reply> handler) {

  /** How an address differs from most. */
  enum Trait {
    /**
     * The answer may have to wait for a provider, for seconds: such requests have threads of their
     * own, so that no other page waits behind them.
     */
    ASKS_PROVIDER,
    /** The answer takes a password's hash, with much memory and one core: likewise. */
    HASHES_PASSWORD,
    /** A form that may be done twice as well as once. */
    REPEATABLE
  }

  /** A page that a signed-in user reads. */
  static PageRoute page(String path, Function<PageRequest, Reply> handler) {
    return new PageRoute(HttpMethod.GET, path, Access.SIGNED_IN, Set.of(), handler);
  }

  /** A form that a signed-in user sends. */
  static PageRoute form(String path, Function<PageRequest, Reply> handler) {
    return new PageRoute(HttpMethod.POST, path, Access.SIGNED_IN, Set.of(), handler);
  }

  /**
   * From the address at which a form showed a page of its own, to the page that holds the form: for
   * those who load it again.
   *
   * @param to with the same parameter, or none
   */
  static PageRoute back(String path, String to) {
    return page(
        path,
        request ->
            Reply.redirect(
                to.contains("{id}")
                    ? to.replace(
                        "{id}", URLEncoder.encode(request.path("id"), UTF_8).replace("+", "%20"))
                    : to));
  }

  PageRoute forAnyone() {
    return new PageRoute(method, path, Access.ANYONE, traits, handler);
  }

  PageRoute thatAsksProvider() {
    return with(Trait.ASKS_PROVIDER);
  }

  PageRoute thatHashesPassword() {
    return with(Trait.HASHES_PASSWORD);
  }

  PageRoute repeatable() {
    return with(Trait.REPEATABLE);
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  private PageRoute with(Trait trait) {
    Set<Trait> more = EnumSet.of(trait);
    more.addAll(traits);
    return new PageRoute(method, path, access, Set.copyOf(more), handler);
  }

  /** As the router writes it: {@code /agents/:id}. */
  String routerPath() {
    return path.replace("{", ":").replace("}", "");
  }
}
