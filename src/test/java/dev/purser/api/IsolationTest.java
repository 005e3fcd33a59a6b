package dev.purser.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One space can see or use nothing of another's, over every call of the route table. */
class IsolationTest {
  /** A body that would be taken, for each call that has one. */
  private static final Map<String, String> BODIES =
      Map.of(
          "PUT /api/keys/{provider}", "{\"key\":\"" + ListingProvider.GOOD_OPENAI + "\"}",
          "PATCH /api/settings", "{\"monthlyBudgetCents\":1,\"timeZone\":\"Asia/Tokyo\"}",
          "POST /api/agents", "{\"name\":\"mallory\"}",
          "PATCH /api/agents/{id}", "{\"name\":\"mine now\",\"monthlyBudgetCents\":0}",
          "POST /api/agents/{id}/virtual-keys", "{\"name\":\"mallory\"}",
          "POST /api/access-tokens", "{\"name\":\"mallory\",\"scope\":\"manage\"}");

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void nobodySeesOrChangesAnythingOfAnotherSpace(TestDatabase.Kind kind) {
    SoftAssertions softly = new SoftAssertions();
    try (TestApi api = TestApi.start(kind)) {
      Seeded ada = Seeded.in(api, "ada-lovelace");
      TestApi.Person mallory = api.newPerson("mallory@example.org");
      Map<String, String> before = ada.state();
      for (Route route : api.routes()) {
        String call = route.method() + " " + route.path();
        assertThat(BODIES.containsKey(call)).as(call).isEqualTo(!route.fields().isEmpty());
        Http.Answer answer = send(mallory.manage(), route, OpenApiTest.pathFor(ada, route));
        softly.assertThat(answer.text()).as(call).doesNotContain(ada.names());
        if (route.path().contains("{id}")) {
          softly.assertThat(answer.status()).as(call).isEqualTo(404);
          softly.assertThat(answer.json().path("code").asString()).as(call).isEqualTo("not_found");
        }
        softly.assertThat(ada.state()).as("after " + call).isEqualTo(before);
      }
    }
    softly.assertAll();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void nothingIsAnsweredWithoutCredentialsAndNothingChangedWithATokenThatMayOnlyRead(
      TestDatabase.Kind kind) {
    SoftAssertions softly = new SoftAssertions();
    try (TestApi api = TestApi.start(kind)) {
      Seeded ada = Seeded.in(api, "ada-lovelace");
      Map<String, String> before = ada.state();
      for (Route route : api.routes()) {
        String call = route.method() + " " + route.path();
        String path = OpenApiTest.pathFor(ada, route);
        int anonymous = send(api.anonymous(), route, path).status();
        softly
            .assertThat(anonymous)
            .as(call)
            .isEqualTo(route.access() == Access.ANYONE ? 200 : 401);
        Http.Answer reading = send(ada.person().read(), route, path);
        if (route.access() == Access.MANAGE) {
          softly.assertThat(reading.status()).as(call).isEqualTo(403);
          softly
              .assertThat(reading.json().path("code").asString())
              .as(call)
              .isEqualTo("forbidden_scope");
        } else {
          softly.assertThat(reading.status()).as(call).isEqualTo(200);
        }
      }
      softly.assertThat(ada.state()).isEqualTo(before);
    }
    softly.assertAll();
  }

  private static Http.Answer send(Http as, Route route, String path) {
    String body = BODIES.get(route.method() + " " + route.path());
    return as.send(
        route.method().name(), path, body == null ? null : body.getBytes(StandardCharsets.UTF_8));
  }
}
