package dev.purser.api;

import dev.purser.ledger.Releases;
import java.math.BigDecimal;

/** What people release for strict budgets to admit calls again. */
record BudgetResource(Releases releases) {
  /** What is no longer in doubt. */
  record ReleasedBody(BigDecimal releasedCents, long callCount) {}

  /** Whether a strict budget had been stopped. */
  record ResumedBody(boolean resumed) {}

  ApiAnswer releaseDoubt(ApiRequest request) {
    Releases.Released released = releases.releaseDoubt(request.spaceId());
    return ApiAnswer.ok(new ReleasedBody(released.doubt().cents(), released.calls()));
  }

  ApiAnswer resume(ApiRequest request) {
    return ApiAnswer.ok(new ResumedBody(releases.resume(request.spaceId())));
  }
}
