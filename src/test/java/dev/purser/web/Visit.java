package dev.purser.web;

import dev.purser.running.Http;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Pages as a browser without scripts reads them: it keeps cookies, and sends forms as they are. */
final class Visit {
  private static final Pattern HIDDEN =
      Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

  private final String url;
  private final Http http;
  private final Map<String, String> cookies = new LinkedHashMap<>();

  Visit(String url) {
    this.url = url;
    this.http = new Http(url, null);
  }

  Http.Answer get(String path, String... headers) {
    return keeping(http.get(path, with(headers, "cookie", cookieHeader())));
  }

  /** Asks for the head of a page alone. */
  Http.Answer head(String path) {
    return http.send("HEAD", path, null, "cookie", cookieHeader());
  }

  /** Reads a page and sends its form with this action, filled in. */
  Http.Answer submit(String page, String action, String... fields) {
    return send(action, filled(get(page).text(), action, fields));
  }

  /** What is sent with a form of a page: its hidden fields, and these. */
  static Map<String, String> filled(String html, String action, String... fields) {
    Map<String, String> all = new LinkedHashMap<>();
    Matcher hidden = HIDDEN.matcher(form(html, action));
    while (hidden.find()) {
      all.put(hidden.group(1), hidden.group(2).replace("&amp;", "&"));
    }
    for (int i = 0; i < fields.length; i += 2) {
      all.put(fields[i], fields[i + 1]);
    }
    return all;
  }

  /** Sends a form as our own pages do. */
  Http.Answer send(String action, Map<String, String> fields, String... headers) {
    return sendAs(action, fields, with(headers, "origin", url));
  }

  /** Sends a form with no other headers than these and the cookies. */
  Http.Answer sendAs(String action, Map<String, String> fields, String... headers) {
    StringJoiner body = new StringJoiner("&");
    fields.forEach((name, value) -> body.add(encoded(name) + "=" + encoded(value)));
    return keeping(
        http.send(
            "POST",
            action,
            body.toString().getBytes(StandardCharsets.UTF_8),
            with(
                headers,
                "content-type",
                "application/x-www-form-urlencoded",
                "cookie",
                cookieHeader())));
  }

  Http.Answer signIn(String email, String password) {
    return submit("/sign-in", "/sign-in", "email", email, "password", password);
  }

  @Nullable String cookie(String name) {
    return cookies.entrySet().stream()
        .filter(cookie -> cookie.getKey().startsWith(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  /** Another browser with the same cookies. */
  Visit copy() {
    Visit copy = new Visit(url);
    copy.cookies.putAll(cookies);
    return copy;
  }

  private static String form(String html, String action) {
    Matcher form =
        Pattern.compile(
                "<form[^>]* action=\"" + Pattern.quote(action) + "(?:#[^\"]*)?\"[^>]*>.*?</form>",
                Pattern.DOTALL)
            .matcher(html);
    if (!form.find()) {
      throw new AssertionError("no form with the action " + action + " in\n" + html);
    }
    return form.group();
  }

  private Http.Answer keeping(Http.Answer answer) {
    for (String cookie : answer.response().headers().allValues("set-cookie")) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      if (pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
    return answer;
  }

  private String cookieHeader() {
    StringJoiner header = new StringJoiner("; ");
    cookies.forEach((name, value) -> header.add(name + "=" + value));
    return header.length() == 0 ? "none=none" : header.toString();
  }

  private static String[] with(String[] headers, String... more) {
    String[] all = new String[headers.length + more.length];
    System.arraycopy(more, 0, all, 0, more.length);
    System.arraycopy(headers, 0, all, more.length, headers.length);
    return all;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
