package dev.purser.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T14:05:12.345Z");

  @Test
  void identifiersSortInTheOrderInWhichTheyWereMadeEvenWhenTheClockGoesBack() {
    Instant[] clock = {NOW};
    Ids ids = new Ids(() -> clock[0], new Random(1));
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      made.add(ids.next());
      clock[0] = clock[0].plusMillis(i % 5 == 0 ? 1 : 0).minusMillis(i == 500 ? 60_000 : 0);
    }
    assertThat(made)
        .isSorted()
        .doesNotHaveDuplicates()
        .allSatisfy(id -> assertThat(id).hasSize(26));
  }

  @Test
  void aMomentSortsBeforeWhatIsMadeThenAndAfterWhatWasMadeBefore() {
    String now = Ids.firstOf(NOW);
    assertThat(now).isLessThan(new Ids(() -> NOW, new Random(1)).next());
    assertThat(now).isGreaterThan(new Ids(() -> NOW.minusMillis(1), new Random(1)).next());
    assertThat(Ids.firstOf(Instant.EPOCH.minusSeconds(1))).isEqualTo(Ids.firstOf(Instant.EPOCH));
  }
}
