package dev.purser.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever can be read can be asked for its head alone: monitors and load balancers do. */
class HeadTest {
  @Test
  void theHeadOfWhatCanBeReadIsAnsweredAsTheWholeIsWithoutItsBody() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      Seeded ada = Seeded.in(api, "ada");
      Http anyone = api.anonymous();
      for (String path : List.of("/health/live", "/health/ready", "/api/openapi.yaml")) {
        alike(anyone, path, 200);
      }
      alike(anyone, "/api/agents", 401);
      for (String path : List.of("/api/agents", "/api/calls/" + ada.settledCall(), "/api/me")) {
        alike(ada.person().read(), path, 200);
      }
      alike(ada.person().read(), "/api/calls/nothing", 404);
      assertThat(ada.person().manage().send("HEAD", "/api/budget/resume", null).status())
          .as("what only takes POST")
          .isEqualTo(405);
    }
  }

  private static void alike(Http http, String path, int status) {
    Http.Answer head = http.send("HEAD", path, null);
    Http.Answer whole = http.get(path);
    assertThat(head.status()).as(path).isEqualTo(status).isEqualTo(whole.status());
    assertThat(head.header("content-type")).isEqualTo(whole.header("content-type"));
    assertThat(head.text()).as("the body of " + path).isEmpty();
    assertThat(whole.text()).isNotEmpty();
  }
}
