package dev.purser.api;

import io.vertx.core.http.HttpMethod;
import java.util.Set;
import java.util.function.Function;

/**
 * One call of the API.
 *
 * @param path with its parameters in braces, as the OpenAPI document writes them
 * @param parameters the names of the query parameters that it reads
 * @param fields the names of the fields that its body may have; none if it takes no body
 * @param probe whether machines ask it whether Purser is well: it is answered from memory alone, at
 *     once, and under whatever host name they use
 * @param asksProvider whether the answer may have to wait for a provider: such requests have
 *     threads of their own
 */
record Route(
    HttpMethod method,
    String path,
    Access access,
    Set<String> parameters,
    Set<String> fields,
    boolean probe,
    boolean asksProvider,
    Function<ApiRequest, ApiAnswer> handler) {

  static Route of(
      HttpMethod method, String path, Access access, Function<ApiRequest, ApiAnswer> handler) {
    return new Route(method, path, access, Set.of(), Set.of(), false, false, handler);
  }

  Route parameters(String... names) {
    return new Route(method, path, access, Set.of(names), fields, probe, asksProvider, handler);
  }

  Route fields(String... names) {
    return new Route(method, path, access, parameters, Set.of(names), probe, asksProvider, handler);
  }

  /** The same as a probe. */
  Route asProbe() {
    return new Route(method, path, access, parameters, fields, true, asksProvider, handler);
  }

  /** The same, which may have to wait for a provider, for seconds. */
  Route thatAsksProvider() {
    return new Route(method, path, access, parameters, fields, probe, true, handler);
  }

  /** As the router writes it: {@code /api/agents/:id}. */
  String routerPath() {
    return path.replace("{", ":").replace("}", "");
  }
}
