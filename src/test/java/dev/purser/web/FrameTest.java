package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every page promises, whatever it shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrameTest {
  private static final Pattern LINK = Pattern.compile("(?:href|hx-get)=\"(/[^\"#]*)[^\"]*\"");
  private static final Pattern FORM = Pattern.compile("(?s)<form\\b([^>]*)>(.*?)</form>");
  private static final Pattern INLINE =
      Pattern.compile(
          "(?i)<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son[a-z]+=|\\shx-on|javascript:");

  /** Of one page: it may link to itself in every order and with every filter. */
  private static final int MAX_QUERIES = 5;

  /** Pages that only the demo has: elsewhere nobody finds them. */
  private static final Set<String> DEMO_PAGES = Set.of("/overspend", "/overspend/now");

  private TestApi api;
  private TestApi.Person ada;
  private Visit visit;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
    ada = api.newPerson("ada@example.org");
    TestApi.Caller caller = api.newCaller(ada, "support-bot");
    api.call(
        ada,
        caller,
        Provider.ANTHROPIC,
        UsageSource.REPORTED,
        ModelUsage.none("claude-fable-5-2").with(Kind.INPUT, 1_000).with(Kind.OUTPUT, 100));
    api.refusedCall(ada, caller);
    visit = new Visit(api.url());
    visit.signIn("ada@example.org", TestApi.PASSWORD);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private List<PageRoute> routes() {
    return Pages.of(api.webParts(), new Visitors(api.webParts()));
  }

  private long tokens() {
    return api.webParts().accessTokens().list(ada.spaceId()).size();
  }

  private Map<String, String> tokenForm() {
    return Visit.filled(
        visit.get("/access-tokens").text(), "/access-tokens", "name", "by a form", "scope", "read");
  }

  /** Every page that links lead to, from those of the table on. */
  private Map<String, Http.Answer> crawled() {
    Map<String, Http.Answer> pages = new LinkedHashMap<>();
    Map<String, Integer> queries = new LinkedHashMap<>();
    SequencedSet<String> ahead = new LinkedHashSet<>();
    for (PageRoute route : routes()) {
      if (route.method().equals(HttpMethod.GET) && !route.path().contains("{")) {
        ahead.add(route.path());
      }
    }
    while (!ahead.isEmpty()) {
      String next = ahead.removeFirst();
      String path = next.replaceFirst("\\?.*", "");
      boolean known =
          next.startsWith("/assets/") || next.startsWith("/api/") || pages.containsKey(next);
      if (known || queries.merge(path, 1, Integer::sum) > MAX_QUERIES) {
        continue;
      }
      Http.Answer answer = visit.get(next);
      pages.put(next, answer);
      Matcher link = LINK.matcher(answer.text());
      while (link.find()) {
        ahead.add(link.group(1).replace("&amp;", "&"));
      }
    }
    return pages;
  }

  /** Whether it is the address of a form, which leads whoever reads it back to the form's page. */
  private boolean leadsElsewhere(PageRoute route) {
    return visit.get(route.path().replaceAll("\\{\\w+}", "any")).status() == 303;
  }

  @Test
  void everyPageIsSentWithWhatProtectsItAndEveryFormCarriesItsGuard() {
    Map<String, Http.Answer> pages = crawled();

    pages.forEach((path, answer) -> {
      if (DEMO_PAGES.contains(path)) {
        assertThat(answer.status()).as(path).isEqualTo(404);
      } else {
        assertThat(answer.status()).as(path).isIn(200, 204, 303, 403);
      }
      assertThat(answer.header("content-security-policy"))
          .as(path)
          .contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'")
          .doesNotContain("unsafe");
      assertThat(answer.header("cache-control")).as(path).isEqualTo("no-store");
      assertThat(answer.header("x-content-type-options")).as(path).isEqualTo("nosniff");
      assertThat(answer.header("referrer-policy")).as(path).isEqualTo("same-origin");
      if (answer.header("content-type").startsWith("text/html")) {
        assertThat(answer.text()).as(path).doesNotContainPattern(INLINE);
      }
      Matcher form = FORM.matcher(answer.text());
      while (form.find()) {
        if (form.group(1).contains("method=\"post\"")) {
          assertThat(form.group(2))
              .as("a form of %s", path)
              .containsPattern("name=\"form_token\" value=\"[0-9a-f]{64}\"")
              .containsPattern("name=\"form_id\" value=\"[\\w-]{22}\"");
        }
      }
    });
    assertThat(routes())
        .filteredOn(route -> route.method().equals(HttpMethod.GET) && !leadsElsewhere(route))
        .as("a page that no link leads to")
        .allSatisfy(route ->
            assertThat(pages.keySet())
                .anyMatch(path ->
                    path.replaceFirst("\\?.*", "")
                        .matches(route.path().replaceAll("\\{\\w+}", "[^/]+"))));
  }

  @Test
  void noTemplateHasAScriptOrAStyleOfItsOwn() throws IOException {
    try (Stream<Path> templates = Files.list(Path.of("src/main/jte"))) {
      for (Path template : templates.toList()) {
        assertThat(template).content().as(template.toString()).doesNotContainPattern(INLINE);
      }
    }
  }

  @Test
  void noFormIsDoneWithoutTheTokenOfItsVisitor() {
    for (PageRoute route : routes()) {
      if (route.method().equals(HttpMethod.POST)) {
        String path = route.path().replaceAll("\\{\\w+}", "x");
        Http.Answer answer = visit.send(path, Map.of());
        // Whoever is signed in already is led on from signing in, where nothing is done either.
        assertThat(answer.status()).as(path).isEqualTo(path.equals(SignInLinks.PATH) ? 303 : 403);
        assertThat(answer.header("set-cookie")).as(path).isEmpty();
      }
    }
    assertThat(visit.get("/password").status()).isEqualTo(200);

    Visit bob = new Visit(api.url());
    api.newPerson("bob@example.org");
    bob.signIn("bob@example.org", TestApi.PASSWORD);
    long before = tokens();
    Map<String, String> form = tokenForm();
    form.put(
        "form_token", Visit.filled(bob.get("/password").text(), "/password").get("form_token"));
    assertThat(visit.send("/access-tokens", form).status()).isEqualTo(403);
    form = tokenForm();
    form.put("form_id", "x".repeat(SentForms.MAX_ID_LENGTH + 1));
    assertThat(visit.send("/access-tokens", form).status()).isEqualTo(403);
    assertThat(tokens()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "sec-fetch-site, same-origin, 200",
    "sec-fetch-site, same-site, 403",
    "sec-fetch-site, cross-site, 403",
    "sec-fetch-site, none, 403",
    "origin, https://evil.example, 403",
    "origin, null, 403",
    "x-nothing, at-all, 403",
  })
  void aFormThatAnotherSiteSendsChangesNothing(String header, String value, int status) {
    long before = tokens();
    Http.Answer answer = visit.sendAs("/access-tokens", tokenForm(), header, value);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(tokens()).isEqualTo(before + (status == 200 ? 1 : 0));
  }

  @Test
  void aFormThatIsSentManyTimesAtOnceIsDoneOnce() {
    long before = tokens();
    Map<String, String> form = tokenForm();
    List<CompletableFuture<Http.Answer>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(CompletableFuture.supplyAsync(() -> visit.copy().send("/access-tokens", form)));
    }
    assertThat(all).map(answer -> answer.join().status()).contains(200).containsAnyOf(200, 409);
    assertThat(tokens()).isEqualTo(before + 1);
  }

  @Test
  void aFormIsNotLargerThanAnyOfOurs() {
    Map<String, String> form = tokenForm();
    form.put("more", "x".repeat(100_000));
    long before = tokens();
    Http.Answer answer = visit.send("/access-tokens", form);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text()).contains("Nothing was changed.");
    assertThat(tokens()).isEqualTo(before);
  }

  @Test
  void otherMethodsFindNothing() {
    for (String method : List.of("PUT", "DELETE", "PATCH", "OPTIONS")) {
      assertThat(new Http(api.url(), null).send(method, "/password", null).status()).isEqualTo(404);
    }
    assertThat(visit.get("/nowhere").status()).isEqualTo(404);
    assertThat(visit.send("/nowhere", Map.of()).status()).isEqualTo(404);
  }

  @Test
  void whileTheDatabaseCannotBeUsedThePageSaysSo() {
    try (TestApi broken = TestApi.start(TestDatabase.Kind.SQLITE)) {
      broken.newPerson("ada@example.org");
      Visit reader = new Visit(broken.url());
      reader.signIn("ada@example.org", TestApi.PASSWORD);
      Map<String, String> form = Visit.filled(reader.get("/password").text(), "/sign-out");
      broken.closeDatabase();

      Http.Answer read = reader.get("/");
      Http.Answer sent = reader.send("/sign-out", form);
      for (Http.Answer answer : List.of(read, sent)) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
      }
      assertThat(read.text()).contains("Nothing is lost. Try again soon.");
      // A change may be done though its confirmation never came.
      assertThat(sent.text()).contains("may have been done or not", "look before you send it");
    }
  }

  @Test
  void aPageIsThereForWhoeverAsksOnlyForItsHead() {
    Http.Answer head = visit.head("/password");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("content-type")).startsWith("text/html");
    assertThat(head.bytes()).isEmpty();
  }

  @Test
  void whatNoAddressHasIsAnsweredAtOnce() {
    assertThat(visit.get("/agents/%0d%0aset-cookie:%20a=b/keys").status()).isEqualTo(303);
    assertThat(visit.get("/agents/%00").status()).isEqualTo(404);
    assertThat(visit.get("/agents/a%20b%22%c3%bc/keys").header("location"))
        .isEqualTo("/agents/a%20b%22%C3%BC#keys");
    assertThat(visit.get("/calls?model=%00").status()).isEqualTo(200);
  }

  @Test
  void assetsAreSmallAndKeptForEverUnderTheirChecksum() throws IOException {
    String signIn = api.anonymous().get("/sign-in").text();
    String css = signIn.replaceAll("(?s).*href=\"(/assets/purser\\.[0-9a-f]{12}\\.css)\".*", "$1");
    Http.Answer asset = api.anonymous().get(css);
    assertThat(asset.status()).isEqualTo(200);
    assertThat(asset.header("cache-control")).contains("immutable");
    assertThat(asset.header("content-type")).startsWith("text/css");
    assertThat(asset.header("vary")).isEqualTo("accept-encoding");
    Http.Answer zipped = api.anonymous().get(css, "accept-encoding", "gzip");
    assertThat(zipped.header("content-encoding")).isEqualTo("gzip");
    try (GZIPInputStream bytes = new GZIPInputStream(new ByteArrayInputStream(zipped.bytes()))) {
      assertThat(bytes.readAllBytes()).isEqualTo(asset.bytes());
    }
    assertThat(api.anonymous().get("/assets/purser.css").status()).isEqualTo(404);
    assertThat(api.anonymous().get("/assets/../openapi.yaml").status()).isEqualTo(404);
  }

  @Test
  void whoeverIsNotSignedInIsSentToSignInAndThenBack() {
    Http.Answer answer = api.anonymous().get("/?month=2026-11");
    assertThat(answer.status()).isEqualTo(303);
    assertThat(answer.header("location")).isEqualTo("/sign-in?to=%2F%3Fmonth%3D2026-11");
    assertThat(api.anonymous().get("/").header("location")).isEqualTo("/sign-in");
  }
}
