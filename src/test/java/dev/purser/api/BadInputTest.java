package dev.purser.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Bad input gets a clear error that names what is wrong, and changes nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String CANARY = "sk-ant-api03-canary-0123456789abcdefghijklmnop-AA";

  private TestApi api;
  private Seeded ada;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
    ada = Seeded.in(api, "ada-lovelace");
  }

  @AfterAll
  void stop() {
    api.close();
  }

  /** A request with what is expected of its answer. */
  private record Case(
      String method, String path, String body, int status, String code, String field) {}

  private static Stream<Case> cases() {
    return """
    # method | path | body | status | code | field
    PATCH | /api/settings | {"monthlyBudgetCents":-1} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":19.99} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":2000.0} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":"2000"} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":true} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":100000001} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":99999999999999999999} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":[1]} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudgetCents":1,"monthlyBudgetCents":2} | 400 | invalid_value | monthlyBudgetCents
    PATCH | /api/settings | {"monthlyBudget":1} | 400 | unknown_field | monthlyBudget
    PATCH | /api/settings | {"budgetMode":"never"} | 400 | invalid_value | budgetMode
    PATCH | /api/settings | {"budgetMode":null} | 400 | invalid_value | budgetMode
    PATCH | /api/settings | {"timeZone":"Mars/Olympus"} | 400 | invalid_value | timeZone
    PATCH | /api/settings | {"timeZone":"+02:00"} | 400 | invalid_value | timeZone
    PATCH | /api/settings | {"timeZone":null} | 400 | invalid_value | timeZone
    PATCH | /api/settings | {"defaultModel":"model-of-nobody"} | 400 | invalid_value | defaultModel
    PATCH | /api/settings | {"defaultModel":"gpt-6.1-sol","defaultProvider":"anthropic"} | 400 | invalid_value | defaultProvider
    PATCH | /api/settings | {"defaultProvider":"openai"} | 400 | invalid_value | defaultProvider
    PATCH | /api/settings | {"defaultModel":null,"defaultProvider":"openai"} | 400 | invalid_value | defaultProvider
    PATCH | /api/settings | {"defaultModel":"x","defaultProvider":"google"} | 400 | invalid_value | defaultProvider
    PATCH | /api/settings | {"version":0} | 409 | changed_elsewhere | -
    PATCH | /api/settings | {"version":null} | 400 | invalid_value | version
    PATCH | /api/settings | [] | 400 | malformed_body | -
    PATCH | /api/settings | "text" | 400 | malformed_body | -
    PATCH | /api/settings | {"a | 400 | malformed_body | -
    PATCH | /api/settings | {"version":1 | 400 | malformed_body | -
    PATCH | /api/settings | {} {} | 400 | malformed_body | -
    PATCH | /api/settings | {'version':1} | 400 | malformed_body | -
    PATCH | /api/settings | {"version":NaN} | 400 | malformed_body | -
    POST | /api/agents | {} | 400 | invalid_value | name
    POST | /api/agents | {"name":null} | 400 | invalid_value | name
    POST | /api/agents | {"name":7} | 400 | invalid_value | name
    POST | /api/agents | {"name":"  "} | 400 | invalid_value | name
    POST | /api/agents | {"name":"a\\u0000b"} | 400 | invalid_value | name
    POST | /api/agents | {"name":"a\\u202eb"} | 400 | invalid_value | name
    POST | /api/agents | {"name":"a\\u200bb"} | 400 | invalid_value | name
    POST | /api/agents | {"name":"a","preferredModel":"gpt\\u2066-6.1-sol"} | 400 | invalid_value | preferredModel
    POST | /api/agents | {"name":"a\\ud800b"} | 400 | invalid_value | name
    POST | /api/agents | {"name":"a\\nb"} | 400 | invalid_value | name
    POST | /api/agents | {"name":"ada-lovelace-agent"} | 409 | name_taken | name
    POST | /api/agents | {"name":"b","modelPolicy":"sometimes"} | 400 | invalid_value | modelPolicy
    POST | /api/agents | {"name":"b","monthlyBudgetCents":-5} | 400 | invalid_value | monthlyBudgetCents
    POST | /api/agents | {"name":"b","version":1} | 400 | unknown_field | version
    POST | /api/agents | {"name":"b","id":"mine"} | 400 | unknown_field | id
    PATCH | /api/agents/AGENT | {"version":0} | 409 | changed_elsewhere | -
    PATCH | /api/agents/AGENT | {"name":""} | 400 | invalid_value | name
    PATCH | /api/agents/nobody | {"name":"x"} | 404 | not_found | -
    GET | /api/agents/%00 | - | 404 | not_found | -
    GET | /api/agents/%F0%9F%92%A9 | - | 404 | not_found | -
    POST | /api/agents/AGENT/virtual-keys | {"nmae":"x"} | 400 | unknown_field | nmae
    POST | /api/access-tokens | {"name":"x"} | 400 | invalid_value | scope
    POST | /api/agents/AGENT/virtual-keys | {"name":"x\\u200ey"} | 400 | invalid_value | name
    POST | /api/access-tokens | {"name":"x\\u2069y","scope":"read"} | 400 | invalid_value | name
    POST | /api/access-tokens | {"name":"x","scope":"admin"} | 400 | invalid_value | scope
    PUT | /api/keys/google | {"key":"x"} | 404 | not_found | -
    PUT | /api/keys/openai | {} | 400 | invalid_value | key
    PUT | /api/keys/openai | {"key":5} | 400 | invalid_value | key
    PUT | /api/keys/openai | {"key":""} | 422 | key_rejected | -
    PUT | /api/keys/openai | {"key":"psr_abc"} | 422 | key_rejected | -
    PUT | /api/keys/openai | {"key":"CANARY"} | 422 | key_rejected | -
    PUT | /api/keys/openai | {"key":"OPENAI_API_KEY=sk-abc"} | 422 | key_rejected | -
    PUT | /api/keys/openai | {"key":"BAD"} | 422 | key_rejected | -
    PUT | /api/keys/openai | {"key":"DOWN"} | 502 | provider_unreachable | -
    PUT | /api/keys/openai | {"key":"CANARY" | 400 | malformed_body | -
    PUT | /api/keys/openai | {"key":"CANARY","key":"CANARY"} | 400 | invalid_value | key
    DELETE | /api/keys/google | - | 404 | not_found | -
    POST | /api/keys/google/verify | - | 404 | not_found | -
    POST | /api/keys/openai/verify | {"key":"CANARY"} | 400 | unknown_field | key
    GET | /api/usage/summary?month=2026-13 | - | 400 | invalid_value | month
    GET | /api/usage/summary?month=November | - | 400 | invalid_value | month
    GET | /api/usage/summary?mouth=2026-11 | - | 400 | unknown_parameter | mouth
    GET | /api/usage/summary?month=2026-11&month=2026-10 | - | 400 | invalid_value | month
    GET | /api/usage/daily?by=hour | - | 400 | invalid_value | by
    GET | /api/usage/daily?from=2026-02-30 | - | 400 | invalid_value | from
    GET | /api/usage/daily?from=2026-12-02&to=2026-12-01 | - | 400 | invalid_value | from
    GET | /api/usage/daily?from=2020-01-01&to=2026-12-01 | - | 400 | invalid_value | from
    GET | /api/usage/daily?to=9999999-01-01 | - | 400 | invalid_value | to
    GET | /api/calls?limit=0 | - | 400 | invalid_value | limit
    GET | /api/calls?limit=201 | - | 400 | invalid_value | limit
    GET | /api/calls?limit=many | - | 400 | invalid_value | limit
    GET | /api/calls?state=lost | - | 400 | invalid_value | state
    GET | /api/calls?before=%27%20OR%201=1 | - | 400 | invalid_value | before
    GET | /api/calls?agent=%00 | - | 400 | invalid_value | agent
    GET | /api/calls/nobody | - | 404 | not_found | -
    GET | /api/me?verbose=1 | - | 400 | unknown_parameter | verbose
    GET | /api/nothing | - | 404 | not_found | -
    GET | /api | - | 404 | not_found | -
    POST | /api/me | {} | 405 | method_not_allowed | -
    DELETE | /api/settings | - | 405 | method_not_allowed | -
    """
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> {
          String[] cells = line.split(" \\| ", -1);
          return new Case(
              cells[0], cells[1], cells[2], Integer.parseInt(cells[3]), cells[4], cells[5]);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void badInputIsRefusedByNameAndChangesNothing(TestDatabase.Kind kind) {
    SoftAssertions softly = new SoftAssertions();
    try (TestApi fresh = TestApi.start(kind)) {
      Seeded owner = Seeded.in(fresh, "ada-lovelace");
      Map<String, String> before = owner.state();
      cases()
          .forEach(row -> {
            Http.Answer answer = send(owner, row);
            softly.assertThat(answer.status()).as(row + answer.text()).isEqualTo(row.status());
            softly
                .assertThat(answer.header("content-type"))
                .as(row.toString())
                .isEqualTo("application/problem+json");
            JsonNode problem = answer.json();
            softly
                .assertThat(problem.path("code").asString())
                .as(row.toString())
                .isEqualTo(row.code());
            softly.assertThat(problem.path("status").asInt()).isEqualTo(row.status());
            softly
                .assertThat(problem.path("field").asString("-"))
                .as(row.toString())
                .isEqualTo(row.field());
            softly.assertThat(problem.path("detail").asString()).as(row.toString()).isNotEmpty();
            softly.assertThat(answer.text()).as(row.toString()).doesNotContain("canary", "-bad-");
          });
      softly.assertThat(owner.state()).isEqualTo(before);
    }
    softly.assertAll();
  }

  private static Http.Answer send(Seeded owner, Case row) {
    String body =
        row.body()
            .replace("CANARY", CANARY)
            .replace("BAD", ListingProvider.BAD_OPENAI)
            .replace("DOWN", ListingProvider.UNANSWERED_OPENAI);
    return owner
        .person()
        .manage()
        .send(
            row.method(),
            row.path().replace("AGENT", owner.caller().agentId()),
            row.body().equals("-") ? null : body.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatAProviderListsIsKeptPlain(TestDatabase.Kind kind) {
    try (TestApi fresh = TestApi.start(kind)) {
      Seeded seeded = Seeded.in(fresh, "odd-models");
      JsonNode models = seeded.person().read().get("/api/models").ok(200).path("items");
      assertThat(models.valueStream().map(model -> model.path("displayName").asString("")))
          .contains("Claude\ufffd\ufffdOdd", "Half\ufffd")
          .doesNotContain("Unseen");
    }
  }

  @Test
  void aBodyOfMoreThan64KilobytesIsRefused() {
    String big = "{\"name\":\"" + "a".repeat(64 * 1024) + "\"}";
    Http.Answer answer = ada.person().manage().post("/api/agents", big);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().path("code").asString()).isEqualTo("too_large");
  }

  @Test
  void aBodyThatIsNotPlainJsonIsRefused() {
    Http manage = ada.person().manage();
    for (String[] headers :
        new String[][] {
          {"content-type", "text/plain"},
          {"content-type", "application/x-www-form-urlencoded"},
          {"content-type", "multipart/form-data; boundary=x"},
          {"content-encoding", "gzip"},
        }) {
      Http.Answer answer = manage.post("/api/agents", "{\"name\":\"x\"}", headers);
      assertThat(answer.status()).as(headers[1]).isEqualTo(415);
      assertThat(answer.json().path("code").asString()).isEqualTo("unsupported_media_type");
    }
  }

  @Test
  void theWrongMethodIsToldTheRightOnes() {
    Http.Answer answer = ada.person().manage().delete("/api/agents");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).isEqualTo("GET, HEAD, POST");
  }

  @Test
  void aModelWhoseKeyTheProviderRefusedSinceIsNotUsable() {
    TestApi.Person eve = Seeded.in(api, "eve").person();
    Http read = eve.read();
    assertThat(usable(read)).contains("claude-fable-5-2", "claude-of-tomorrow", "gpt-6.1-sol");
    api.rejectKey(eve, Provider.ANTHROPIC);
    assertThat(usable(read)).containsExactly("gpt-6.1-sol");
  }

  private static List<String> usable(Http read) {
    return read.get("/api/models")
        .ok(200)
        .path("items")
        .valueStream()
        .filter(model -> model.path("usable").asBoolean())
        .map(model -> model.path("model").asString())
        .toList();
  }

  @Test
  void aDatabaseThatIsGoneIsSaidSoAndNotAnError() {
    try (TestApi fresh = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person person = fresh.newPerson("ada@example.org");
      fresh.closeDatabase();
      Http.Answer answer = person.read().get("/api/agents");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.json().path("code").asString()).isEqualTo("storage_unavailable");
      assertThat(fresh.anonymous().get("/health/live").status()).isEqualTo(200);
    }
  }

  @Test
  void moneyIsAnExactDecimalAndNeverScientific() {
    String summary = ada.person().read().get("/api/usage/summary").ok(200).toString();
    assertThat(summary).containsPattern("\"totalCostCents\":[0-9]+(\\.[0-9]{1,7})?[,}]");
    assertThat(summary).doesNotContainPattern("[0-9]E[-+]?[0-9]");
  }
}
