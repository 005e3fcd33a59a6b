package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.running.Http;
import dev.purser.running.Statements;
import dev.purser.storage.TestDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Agents and their virtual keys, as somebody without scripts manages them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentsPageTest {
  /** What the lines to paste lead to: nobody told this Purser its port. */
  private static final String ADDRESS = "http://127.0.0.1:0";

  private static final Pattern SECRET = Pattern.compile("psr_[0-9A-Za-z]{49}");

  /** As {@link Statements} has it. */
  private static final String A_WRITE = "a transaction";

  private TestApi api;
  private TestApi.Person person;
  private Visit visit;
  private int people;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @BeforeEach
  void signIn() {
    person = api.newPerson("keeper" + ++people + "@example.org");
    visit = new Visit(api.url());
    assertThat(visit.get(api.signInLinks().make(person.user().id())).status()).isEqualTo(303);
  }

  /** Makes an agent by the page's own form; gives the path of its page. */
  private String agent(String name) {
    Http.Answer made = visit.submit("/agents", "/agents", "name", name);
    assertThat(made.status()).isEqualTo(303);
    return made.header("location").replaceFirst("\\?.*", "");
  }

  private JsonNode stored(String page) {
    return person.manage().get("/api" + page).ok(200);
  }

  @Test
  void aNewVirtualKeyIsShownOnceAndNeverAgain() {
    String page = agent("support-bot");
    Http.Answer made = visit.submit(page, page + "/keys", "name", "laptop");
    Matcher secret = SECRET.matcher(made.text());
    assertThat(made.status()).isEqualTo(200);
    assertThat(secret.find()).isTrue();
    assertThat(made.text()).contains("Copy it now", "with the new virtual key filled in");

    assertThat(visit.get(page).text()).contains("laptop", "psr_…").doesNotContain(secret.group());
    assertThat(visit.get("/agents").text()).doesNotContain(secret.group());
  }

  @Test
  void whatIsShownOnceIsMadeWhenAllElseThatItsPageShowsWasRead() {
    List<String> asked =
        Statements.ofPages(() -> {
          Http.Answer made = visit.submit("/start", "/start/agent", "name", "first-bot");
          assertThat(made.text()).containsPattern(SECRET);
        });
    assertThat(asked).last().isEqualTo(A_WRITE);
    assertThat(asked).as("an agent with its key is one write").containsOnlyOnce(A_WRITE);

    String page = agent("support-bot");
    asked =
        Statements.ofPages(() -> {
          Http.Answer made = visit.submit(page, page + "/keys", "name", "laptop");
          assertThat(made.text()).containsPattern(SECRET).contains("<h3>laptop</h3>");
        });
    assertThat(asked).last().isEqualTo(A_WRITE);

    asked =
        Statements.ofPages(() -> {
          Http.Answer made =
              visit.submit("/access-tokens", "/access-tokens", "name", "ci", "scope", "read");
          assertThat(made.text()).contains("pst_", "<h3>ci</h3>");
        });
    assertThat(asked).last().isEqualTo(A_WRITE);
  }

  @Test
  void onStartTheSecondOfTwoTabsIsToldThatTheNameIsTaken() {
    Map<String, String> second =
        Visit.filled(visit.get("/start").text(), "/start/agent", "name", "first-bot");
    visit.submit("/start", "/start/agent", "name", "first-bot");
    Http.Answer late = visit.send("/start/agent", second);
    assertThat(late.status()).isEqualTo(422);
    assertThat(late.text())
        .contains("Another agent has this name already. Choose another.", "value=\"first-bot\"");
  }

  @Test
  void theLinesSayWhoseModelItIsThatAutoStandsFor() {
    String page = agent("support-bot");
    assertThat(visit.get(page).text())
        .contains("# no model is chosen yet")
        .doesNotContain("# your default model", "# the agent's preferred model");

    long version = person.manage().get("/api/settings").ok(200).path("version").asLong();
    person
        .manage()
        .patch(
            "/api/settings",
            "{\"version\":%d,\"defaultProvider\":\"openai\",\"defaultModel\":\"gpt-6.1-sol\"}"
                .formatted(version))
        .ok(200);
    assertThat(visit.get(page).text())
        .containsOnlyOnce("# your default model")
        .containsOnlyOnce("# no model is chosen yet");

    visit.submit(
        page, page, "name", "support-bot", "model", "anthropic/claude-haiku-5-5", "mode", "stop");
    assertThat(visit.get(page).text())
        .containsOnlyOnce("# your default model")
        .containsOnlyOnce("# the agent's preferred model")
        .doesNotContain("# no model is chosen yet");
  }

  /** A client that has a default of its own knows its models; the cheapest one is no help to it. */
  @ParameterizedTest
  @ValueSource(strings = {"claude-code", "codex", "opencode"})
  void clientsWithAModelOfTheirOwnAreNotToldWhichToAskFor(String client) {
    String page = agent("support-bot");
    for (String settings :
        List.of("null", "\"claude-sonnet-5-5\"", "\"gpt-6.1-sol\"", "\"gpt-5-nano\"")) {
      person.manage().patch("/api/settings", "{\"defaultModel\":" + settings + "}").ok(200);
      assertThat(lines(page, client))
          .contains(ADDRESS)
          .doesNotContain("model=", "\"model\"", "auto", "gpt-5-nano", "gpt-6", "claude-sonnet");
    }
  }

  @Test
  void theLinesForOpencodeAreAConfigurationThatItReads() {
    String lines = lines(agent("support-bot"), "opencode");
    String quoted = lines.substring(lines.indexOf('\'') + 1, lines.lastIndexOf('\''));
    JsonNode providers = JsonMapper.shared().readTree(quoted).path("provider");
    for (String provider : List.of("anthropic", "openai")) {
      JsonNode options = providers.path(provider).path("options");
      assertThat(options.path("baseURL").asString()).isEqualTo(ADDRESS + "/v1");
      assertThat(options.path("apiKey").asString()).startsWith("psr_");
    }
  }

  @Test
  void theLinesInTypeScriptAskForWhatIsChosenAtTheAddressThatEachLibraryWants() {
    String page = agent("support-bot");
    assertThat(lines(page, "anthropic-typescript"))
        .contains("baseURL: \"" + ADDRESS + "\"", "model: \"auto\"");
    assertThat(lines(page, "openai-typescript")).contains("baseURL: \"" + ADDRESS + "/v1\"");
    assertThat(lines(page, "vercel-ai"))
        .contains("createAnthropic({ baseURL: \"" + ADDRESS + "/v1\"", "anthropic(\"auto\")");
    person.manage().patch("/api/settings", "{\"defaultModel\":\"gpt-6.1-sol\"}").ok(200);
    assertThat(lines(page, "vercel-ai"))
        .contains("createOpenAI({ baseURL: \"" + ADDRESS + "/v1\"", "openai(\"auto\")");
  }

  /** The lines that a page has for a client, as somebody copies them. */
  private String lines(String page, String client) {
    String text = visit.get(page).text();
    int begin = text.indexOf("<code id=\"code-" + client + "\">");
    assertThat(begin).isPositive();
    return text.substring(text.indexOf('>', begin) + 1, text.indexOf("</code>", begin))
        .replaceAll("<[^>]+>", "")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }

  @Test
  void theSameFormSentTwiceMakesOneAgent() {
    Map<String, String> form =
        Visit.filled(visit.get("/agents").text(), "/agents", "name", "only-one");
    List<CompletableFuture<Http.Answer>> both =
        List.of(
            CompletableFuture.supplyAsync(() -> visit.copy().send("/agents", form)),
            CompletableFuture.supplyAsync(() -> visit.copy().send("/agents", form)));
    String first = both.getFirst().join().header("location");
    assertThat(first).startsWith("/agents/");
    assertThat(both.getLast().join().header("location")).isEqualTo(first);
    assertThat(person.manage().get("/api/agents").ok(200).path("items")).hasSize(1);
  }

  @Test
  void aNameThatWillNotDoIsSaidBesideTheFieldWhichKeepsWhatWasTyped() {
    agent("taken");
    Http.Answer twice = visit.submit("/agents", "/agents", "name", "taken");
    assertThat(twice.status()).isEqualTo(422);
    assertThat(twice.text())
        .contains(
            "Another agent has this name already", "value=\"taken\"", "aria-invalid=\"true\"");

    String breakingOut = "\"><script>alert(1)</script>".repeat(10);
    Http.Answer tooLong = visit.submit("/agents", "/agents", "name", breakingOut);
    assertThat(tooLong.status()).isEqualTo(422);
    assertThat(tooLong.text())
        .contains("A name has 1 to 100 characters", "value=\"&#34;>")
        .doesNotContain("value=\"\"><script>");
  }

  @Test
  void anAgentIsStoredAsItIsSetUp() {
    String page = agent("summaries");
    Http.Answer saved =
        visit.submit(
            page,
            page,
            "name",
            "nightly-summaries",
            "model",
            "anthropic/claude-haiku-5-5",
            "policy",
            "always",
            "budget",
            "20.50",
            "mode",
            "warn");
    assertThat(saved.status()).isEqualTo(303);
    JsonNode stored = stored(page);
    assertThat(stored.path("name").asString()).isEqualTo("nightly-summaries");
    assertThat(stored.path("preferredProvider").asString()).isEqualTo("anthropic");
    assertThat(stored.path("preferredModel").asString()).isEqualTo("claude-haiku-5-5");
    assertThat(stored.path("modelPolicy").asString()).isEqualTo("always");
    assertThat(stored.path("monthlyBudgetCents").asLong()).isEqualTo(2_050);
    assertThat(stored.path("budgetMode").asString()).isEqualTo("warn");
    assertThat(visit.get(page).text()).contains("value=\"20.50\"", "nightly-summaries");
  }

  @Test
  void aBudgetThatWillNotDoChangesNothing() {
    String page = agent("thrifty");
    for (String budget : List.of("-5", "0.005", "a lot", "99999999999")) {
      Http.Answer refused =
          visit.submit(page, page, "name", "changed", "budget", budget, "mode", "stop");
      assertThat(refused.status()).as(budget).isEqualTo(422);
      assertThat(refused.text()).contains("value=\"" + budget + "\"", "budget-problem");
    }
    assertThat(stored(page).path("name").asString()).isEqualTo("thrifty");
    assertThat(stored(page).path("monthlyBudgetCents").isNull()).isTrue();
  }

  @Test
  void aFormThatIsSentTwiceIsDoneOnceAndOneThatWasChangedInBetweenAgain() {
    String page = visit.get("/agents").text();
    Map<String, String> one = Visit.filled(page, "/agents", "name", "sent-first");
    Map<String, String> other = new HashMap<>(one);
    other.put("name", "sent-then");

    String made = visit.send("/agents", one).header("location");
    assertThat(visit.send("/agents", one).header("location")).isEqualTo(made);
    assertThat(visit.send("/agents", other).header("location"))
        .startsWith("/agents/")
        .isNotEqualTo(made);
    assertThat(visit.get("/agents").text()).contains("sent-first", "sent-then");
  }

  @Test
  void whoeverSavesSecondIsToldAndKeepsWhatWasTyped() {
    String page = agent("shared");
    Map<String, String> late =
        Visit.filled(visit.get(page).text(), page, "name", "second", "budget", "7", "mode", "stop");
    assertThat(visit.submit(page, page, "name", "first", "mode", "stop").status()).isEqualTo(303);

    Http.Answer told = visit.send(page, late);
    assertThat(told.status()).isEqualTo(409);
    assertThat(told.text()).contains("changed elsewhere", "value=\"second\"", "value=\"7\"");
    assertThat(stored(page).path("name").asString()).isEqualTo("first");

    Http.Answer anyway =
        visit.send(
            page, Visit.filled(told.text(), page, "name", "second", "budget", "7", "mode", "stop"));
    assertThat(anyway.status()).isEqualTo(303);
    assertThat(stored(page).path("name").asString()).isEqualTo("second");
  }

  @Test
  void revokingAndArchivingAskFirst() {
    String page = agent("old-bot");
    visit.submit(page, page + "/keys", "name", "laptop");
    String keyId = stored(page).path("virtualKeys").path(0).path("id").asString();
    assertThat(visit.get(page).text()).doesNotContain("/revoke\"", "/archive\"");

    assertThat(visit.get(page + "?revoke=" + keyId).text()).contains("Revoke “laptop”?");
    assertThat(stored(page).path("virtualKeys").path(0).path("revokedAt").isNull()).isTrue();
    visit.submit(page + "?revoke=" + keyId, page + "/keys/" + keyId + "/revoke");
    assertThat(stored(page).path("virtualKeys").path(0).path("revokedAt").isNull()).isFalse();

    assertThat(visit.get(page + "?archive=yes").text()).contains("Archive old-bot?");
    visit.submit(page + "?archive=yes", page + "/archive");
    assertThat(stored(page).path("archivedAt").isNull()).isFalse();
    assertThat(visit.get("/agents").text()).contains("1 archived agent");
  }

  @Test
  void whoeverEditsWhatWasArchivedMeanwhileIsToldAndKeepsWhatWasTyped() {
    String page = agent("old-bot");
    String asRead = visit.get(page).text();
    visit.submit(page + "?archive=yes", page + "/archive");

    Http.Answer change =
        visit.send(
            page,
            Visit.filled(asRead, page, "name", "typed <b>", "budget", "20.50", "mode", "stop"));
    assertThat(change.status()).isEqualTo(409);
    assertThat(change.text())
        .contains("Not saved: this agent was archived in the meantime.", "id=\"edit\"")
        .contains("<dd>typed &lt;b&gt;</dd>", "<dd>$20.50</dd>", "<dd>Stop at the limit.</dd>");
    Http.Answer key =
        visit.send(page + "/keys", Visit.filled(asRead, page + "/keys", "name", "laptop"));
    assertThat(key.status()).isEqualTo(409);
    assertThat(key.text())
        .contains("No virtual key was made: this agent was archived in the meantime.");
    assertThat(stored(page).path("name").asString()).isEqualTo("old-bot");
    assertThat(stored(page).path("virtualKeys")).isEmpty();
  }

  @Test
  void nothingOfAnotherSpaceIsSeenOrChanged() {
    String page = agent("mine");
    visit.submit(page, page + "/keys", "name", "laptop");
    String keyId = stored(page).path("virtualKeys").path(0).path("id").asString();
    Visit other = new Visit(api.url());
    TestApi.Person stranger = api.newPerson("stranger" + people + "@example.org");
    other.get(api.signInLinks().make(stranger.user().id()));

    assertThat(other.get(page).status()).isEqualTo(404);
    assertThat(other.get("/agents").text()).doesNotContain("mine");
    Map<String, String> form = Visit.filled(other.get("/agents").text(), "/agents", "name", "x");
    for (String action :
        List.of(page, page + "/keys", page + "/archive", page + "/keys/" + keyId + "/revoke")) {
      form.put("form_id", action);
      assertThat(other.send(action, form).status()).as(action).isEqualTo(404);
    }
    String theirs = other.submit("/agents", "/agents", "name", "theirs").header("location");
    Http.Answer revoked = other.send(theirs + "/keys/" + keyId + "/revoke", form);
    assertThat(revoked.status()).isEqualTo(404);
    assertThat(stored(page).path("name").asString()).isEqualTo("mine");
    assertThat(stored(page).path("archivedAt").isNull()).isTrue();
    assertThat(stored(page).path("virtualKeys")).hasSize(1);
    assertThat(stored(page).path("virtualKeys").path(0).path("revokedAt").isNull()).isTrue();
  }
}
