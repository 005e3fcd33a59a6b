package dev.purser.web.browsing;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.CheckedNode;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;

/** What axe-core finds against WCAG 2.2 AA: all of its rules that a program can decide. */
final class Accessibility {
  private static final List<String> WCAG_22_AA =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");

  /** Colours half-way through a transition are nobody's choice. */
  private static final String MOTION_TO_END =
      """
      () => Promise.all(document.getAnimations()
        .filter(animation => animation.effect.getComputedTiming().endTime !== Infinity)
        .map(animation => animation.finished.catch(() => {})))
      """;

  private Accessibility() {}

  /**
   * In the page itself: there are no frames, for which axe would open a page beside it each time.
   */
  @SuppressWarnings("deprecation")
  private static AxeBuilder axe(Page page) {
    return new AxeBuilder(page).withTags(WCAG_22_AA).setLegacyMode(true);
  }

  /** A line for each element that a rule is broken by, with what to do about it. */
  static List<String> violations(Page page) {
    page.evaluate(MOTION_TO_END);
    List<String> lines = new ArrayList<>();
    for (Rule rule : axe(page).analyze().getViolations()) {
      for (CheckedNode node : rule.getNodes()) {
        lines.add(
            "%s: %s\n    at %s\n    %s"
                .formatted(
                    rule.getId(),
                    rule.getHelp(),
                    node.getTarget(),
                    node.getFailureSummary().replace("\n", "\n    ")));
      }
    }
    return lines;
  }
}
