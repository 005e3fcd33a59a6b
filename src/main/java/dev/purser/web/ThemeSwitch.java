package dev.purser.web;

import io.vertx.core.http.Cookie;
import java.util.List;

/** Light or dark, whatever the system prefers: kept in a cookie of this browser. */
record ThemeSwitch(Visitors visitors) {
  /** A form that does not say where to go back to was sent beside its page, which stays. */
  Reply change(PageRequest request) {
    Frame.Theme theme = Frame.Theme.ofId(request.form().text("theme"));
    List<Cookie> cookies = theme == null ? List.of() : List.of(visitors.theme(theme));
    return request.form().has("back")
        ? new Reply.Redirect(LocalPath.of(request.form().text("back")).orElse("/"), cookies)
        : new Reply.Done(cookies);
  }
}
