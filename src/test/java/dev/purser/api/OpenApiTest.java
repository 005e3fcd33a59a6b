package dev.purser.api;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document and the server say the same. */
class OpenApiTest {
  private static final OpenApiDocument DOCUMENT = OpenApiDocument.read();

  @Test
  void theDocumentHasEveryCallOfTheRouteTableAndNoOther() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      Set<String> routes =
          api.routes().stream()
              .map(route -> route.method() + " " + route.path())
              .collect(toCollection(TreeSet::new));
      assertThat(DOCUMENT.calls()).isEqualTo(routes);
    }
  }

  @Test
  void parametersFieldsAndSecurityOfTheDocumentAreThoseOfTheRouteTable() {
    SoftAssertions softly = new SoftAssertions();
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      for (Route route : api.routes()) {
        String call = route.method() + " " + route.path();
        softly.assertThat(DOCUMENT.queryParameters(route)).as(call).isEqualTo(route.parameters());
        softly.assertThat(DOCUMENT.bodyFields(route)).as(call).isEqualTo(route.fields());
        JsonNode security = DOCUMENT.call(route).path("security");
        softly
            .assertThat(security.isArray() && security.isEmpty())
            .as(call + " is for anyone")
            .isEqualTo(route.access() == Access.ANYONE);
      }
    }
    softly.assertAll();
  }

  @Test
  void everyCodeOfAProblemIsInTheDocument() {
    Set<String> documented = new LinkedHashSet<>();
    DOCUMENT
        .root()
        .at("/components/schemas/Problem/properties/code/enum")
        .forEach(code -> documented.add(code.asString()));
    List<String> codes = new ArrayList<>();
    for (ProblemCode code : ProblemCode.values()) {
      codes.add(code.id());
    }
    assertThat(documented).containsExactlyInAnyOrderElementsOf(codes);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void everyAnswerIsAsTheDocumentSays(TestDatabase.Kind kind) {
    SoftAssertions softly = new SoftAssertions();
    try (TestApi api = TestApi.start(kind)) {
      int number = 0;
      for (Route route : api.routes()) {
        // What one call deletes, the next one needs.
        Seeded owner = Seeded.in(api, "owner" + number++);
        for (Http.Answer answer : answers(api, owner, route)) {
          softly
              .assertThat(
                  DOCUMENT.complaints(
                      route, answer.status(), answer.header("content-type"), answer.text()))
              .isEmpty();
        }
      }
      api.notReadyBecause("the ledger cannot write");
      Route ready = route(api, "GET /health/ready");
      Http.Answer notReady = api.anonymous().get("/health/ready");
      assertThat(notReady.status()).isEqualTo(503);
      assertThat(notReady.json().path("detail").asString()).isEqualTo("the ledger cannot write");
      assertThat(
              DOCUMENT.complaints(
                  ready, notReady.status(), notReady.header("content-type"), notReady.text()))
          .isEmpty();
    }
    softly.assertAll();
  }

  /** The good answers of a call, each of its variants once, and that of somebody unknown. */
  private static List<Http.Answer> answers(TestApi api, Seeded owner, Route route) {
    Map<String, List<String>> bodies = new LinkedHashMap<>();
    bodies.put(
        "PUT /api/keys/{provider}",
        List.of("{\"key\":\" " + ListingProvider.GOOD_OPENAI + "\\n\"}"));
    bodies.put("PATCH /api/settings", List.of("{}", "{\"timeZone\":\"Asia/Tokyo\"}"));
    bodies.put(
        "POST /api/agents",
        List.of("{\"name\":\"one\"}", "{\"name\":\"two\",\"preferredModel\":\"gpt-6.1-sol\"}"));
    bodies.put(
        "PATCH /api/agents/{id}",
        List.of("{}", "{\"modelPolicy\":\"always\",\"monthlyBudgetCents\":0}"));
    bodies.put("POST /api/agents/{id}/virtual-keys", List.of("{\"name\":\"laptop\"}"));
    bodies.put("POST /api/access-tokens", List.of("{\"name\":\"n\",\"scope\":\"manage\"}"));
    Map<String, List<String>> queries =
        Map.of(
            "GET /api/usage/daily", List.of("", "?by=provider", "?by=agent"),
            "GET /api/calls",
                List.of("", "?limit=1", "?state=refused", "?agent=" + owner.caller().agentId()));
    String call = route.method() + " " + route.path();
    String path = pathFor(owner, route);
    List<Http.Answer> answers = new ArrayList<>();
    for (String query : queries.getOrDefault(call, List.of(""))) {
      if (bodies.containsKey(call)) {
        for (String body : bodies.get(call)) {
          answers.add(
              owner
                  .person()
                  .manage()
                  .send(
                      route.method().name(),
                      path,
                      body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
      } else {
        answers.add(owner.person().manage().send(route.method().name(), path + query, null));
      }
    }
    for (Http.Answer answer : answers) {
      assertThat(answer.status()).as(call + ": " + answer.text()).isBetween(200, 204);
    }
    if (route.access() != Access.ANYONE) {
      answers.add(api.anonymous().send(route.method().name(), path, null));
    }
    return answers;
  }

  /** The path with the ids of somebody who has all of it. */
  static String pathFor(Seeded owner, Route route) {
    String id =
        switch (route.path()) {
          case "/api/calls/{id}" -> owner.settledCall();
          case "/api/virtual-keys/{id}" -> owner.caller().virtualKeyId();
          case "/api/access-tokens/{id}" -> owner.accessTokenId();
          default -> owner.caller().agentId();
        };
    return route.path().replace("{provider}", "openai").replace("{id}", id);
  }

  private static Route route(TestApi api, String call) {
    return api.routes().stream()
        .filter(route -> call.equals(route.method() + " " + route.path()))
        .findFirst()
        .orElseThrow();
  }
}
