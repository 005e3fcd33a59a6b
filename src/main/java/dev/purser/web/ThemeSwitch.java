package dev.purser.web;

import java.util.List;

/** Light or dark, whatever the system prefers: kept in a cookie of this browser. */
record ThemeSwitch(Visitors visitors) {
  Reply change(PageRequest request) {
    Frame.Theme theme = Frame.Theme.ofId(request.form().text("theme"));
    String back = LocalPath.of(request.form().text("back")).orElse("/");
    return theme == null
        ? Reply.redirect(back)
        : new Reply.Redirect(back, List.of(visitors.theme(theme)));
  }
}
