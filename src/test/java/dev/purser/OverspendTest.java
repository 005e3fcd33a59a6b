package dev.purser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.money.Money;
import dev.purser.reports.AgentStanding;
import dev.purser.reports.AgentStandingStore;
import dev.purser.running.Await;
import dev.purser.running.PurserProcess;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.Database;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.web.Figures;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What "Try to overspend" promises: whatever is tried, and whenever it is killed, it adds up. */
class OverspendTest {
  private static final Money FIVE_DOLLARS = Money.ofCents(500);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Map<String, String> ENVIRONMENT = Map.of("PURSER_PORT", "0");

  @TempDir private Path folder;

  @Test
  void aThousandCallsNeverExceedTheBudgetAndThePageSaysWhatBecameOfThem() throws Exception {
    Path data = folder.resolve("demo-data");
    try (Demo demo =
        Demo.start(ENVIRONMENT, data, SandboxOptions.instant(), InstantSource.system())) {
      Visitor visitor = new Visitor(demo.app().address().url());
      visitor.get(demo.app().signInLink(demo.user().id()).toString());
      assertThat(visitor.get("/usage")).contains("href=\"/overspend\"");
      visitor.begin();
      String agentId = visitor.agentId();
      try (Database another =
          Database.open(new DatabaseConfiguration.Sqlite(data.resolve("purser.db")))) {
        AgentStandingStore books = new AgentStandingStore(another);
        Money[] highest = {Money.ZERO};
        Await.until(
            "the try is over",
            PATIENCE,
            () -> {
              Money counted = books.counted(demo.user().spaceId(), agentId);
              highest[0] = counted.compareTo(highest[0]) > 0 ? counted : highest[0];
              return !visitor.get("/overspend/now").contains("data-live");
            });
        assertThat(highest[0]).isBetween(Money.ofCents(1), FIVE_DOLLARS);

        AgentStanding standing = books.read(demo.user().spaceId(), agentId);
        assertThat(standing.held()).isEqualTo(Money.ZERO);
        assertThat(standing.counted()).isBetween(Money.ofCents(1), FIVE_DOLLARS);
        assertThat(standing.settled() + standing.refusals()).isEqualTo(1_000);
        assertThat(standing.shortened()).isPositive();
        assertThat(standing.refused())
            .isNotEmpty()
            .allSatisfy(refused -> {
              assertThat(refused.errorCode()).isEqualTo("budget_exhausted");
              assertThat(refused.budgetOf()).isEqualTo("agent");
            });
        LedgerBooks.balance(another);
        String page = visitor.get("/overspend");
        assertThat(page)
            .contains(
                "of $5.00 spent; never above. " + Figures.count(standing.settled()) + " answered")
            .contains(standing.shortened() + " shortened")
            .contains(Figures.count(standing.refusals()) + " refused")
            .contains("Refused 402")
            .contains("limited to ");
        assertThat(demo.app().rooms().agents().list(demo.user().spaceId(), false))
            .as("the sample's five and the try's")
            .hasSize(6);
      }
    }
  }

  @Test
  void afterKillMinus9TheProvidersAndTheLedgerHaveTheSameCallsAndNothingIsHeld() throws Exception {
    String agentId;
    try (PurserProcess demo = PurserProcess.demo(folder)) {
      Visitor visitor = new Visitor(URI.create(demo.url()));
      visitor.get(link(demo));
      visitor.begin();
      agentId = visitor.agentId();
      Await.until(
          "calls run and calls have ended",
          PATIENCE,
          () -> counter(visitor.get("/overspend/now"), "Answered") > 5);
      assertThat(visitor.get("/overspend")).contains("kill -9 " + demo.pid());
      demo.kill();
    }
    try (PurserProcess demo = PurserProcess.demo(folder)) {
      Visitor visitor = new Visitor(URI.create(demo.url()));
      visitor.get(link(demo));
      Await.until(
          "what ran is settled",
          PATIENCE,
          () -> !visitor.get("/overspend/now").contains("data-live"));
      String page = visitor.get("/overspend");
      assertThat(visitor.agentId()).isEqualTo(agentId);
      assertThat(page).contains("Purser was killed during this try.");
      long reached = counter(page, "Calls that reached the provider");
      long entries = counter(page, "Entries");
      assertThat(reached).isPositive();
      // An entry is written before its call is sent, so some may not have got as far.
      assertThat(entries).isBetween(reached, reached + counter(page, "Interrupted"));
      if (entries > reached) {
        assertThat(page).contains("did not get as far as the provider");
      }
      assertThat(counter(page, "Interrupted")).isPositive();
      assertThat(page).containsPattern("<dt>Held</dt><dd><data value=\"0\">\\$0.00</data>");
    }
  }

  private static String link(PurserProcess demo) {
    Matcher link = Pattern.compile("http://\\S+/sign-in\\S+").matcher(demo.log());
    assertThat(link.find()).as(demo.log()).isTrue();
    return link.group();
  }

  private static long counter(String page, String name) {
    Matcher counter = Pattern.compile("<dt>" + name + "</dt><dd>([0-9,]+)</dd>").matcher(page);
    assertThat(counter.find()).as("%s in %s", name, page).isTrue();
    return Long.parseLong(counter.group(1).replace(",", ""));
  }

  /** Somebody with a browser that runs no scripts. */
  private static final class Visitor {
    private final HttpClient http =
        HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final URI purser;

    Visitor(URI purser) {
      this.purser = purser;
    }

    String get(String path) throws IOException, InterruptedException {
      return send(HttpRequest.newBuilder(purser.resolve(path)).build());
    }

    void begin() throws IOException, InterruptedException {
      String page = get("/overspend");
      String form = page.substring(page.indexOf("action=\"/overspend\""));
      send(
          HttpRequest.newBuilder(purser.resolve("/overspend"))
              .header("content-type", "application/x-www-form-urlencoded")
              .header("origin", purser.toString())
              .POST(
                  BodyPublishers.ofString(
                      "form_token=%s&form_id=%s"
                          .formatted(field(form, "form_token"), field(form, "form_id"))))
              .build());
    }

    /** Of the try; there is one as soon as there are calls to list. */
    String agentId() throws IOException, InterruptedException {
      String[] id = {""};
      Await.until(
          "calls are listed",
          PATIENCE,
          () -> {
            Matcher link = Pattern.compile("/calls\\?agent=(\\w+)").matcher(get("/overspend/now"));
            id[0] = link.find() ? link.group(1) : "";
            return !id[0].isEmpty();
          });
      return id[0];
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return answer.body();
    }

    private static String field(String form, String name) {
      Matcher field = Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(form);
      assertThat(field.find()).isTrue();
      return URLEncoder.encode(field.group(1), StandardCharsets.UTF_8);
    }
  }
}
