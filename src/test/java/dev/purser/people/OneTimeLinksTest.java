package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.secret.Secret;
import dev.purser.storage.TestDatabase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Links that sign in without a password: once, soon, and in whichever process. */
class OneTimeLinksTest {
  private static Secret secret(String link) {
    return Secret.of(link.substring(link.indexOf('=') + 1));
  }

  @ParameterizedTest
  @EnumSource
  void ofManyThatOpenALinkAtOnceInSeveralProcessesOneIsLetIn(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      TestPeople people = new TestPeople(test.database());
      OneTimeLinks here = links(people);
      OneTimeLinks elsewhere = links(people);
      Secret link = secret(here.make("somebody"));
      List<CompletableFuture<Boolean>> tries =
          Stream.of(here, elsewhere, here, elsewhere)
              .map(links ->
                  CompletableFuture.supplyAsync(() -> links.take(link).isPresent(), threads))
              .toList();
      assertThat(tries).map(CompletableFuture::join).containsOnlyOnce(true);
      assertThat(here.take(link)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLinkIsGoodForItsUserAndUntilItsTimeIsOver(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      OneTimeLinks links = links(people);
      Secret first = secret(links.make("ada"));
      Secret second = secret(links.make("bob"));
      Secret third = secret(links.make("ada"));
      assertThat(links.take(Secret.of("made up"))).isEmpty();
      people.at(TestPeople.START.plus(OneTimeLinks.LIFETIME).minusMillis(1));
      assertThat(links.take(second)).contains("bob");
      assertThat(links.take(first)).contains("ada");
      people.at(TestPeople.START.plus(OneTimeLinks.LIFETIME));
      assertThat(links.take(third)).isEmpty();
    }
  }

  private static OneTimeLinks links(TestPeople people) {
    return new OneTimeLinks(people.database(), people.clock(), people.random());
  }
}
