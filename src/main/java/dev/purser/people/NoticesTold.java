package dev.purser.people;

import dev.purser.money.Budget;
import dev.purser.storage.Database;
import java.time.YearMonth;

/** Keeps what people were told of their budget, so that each thing is told once. */
public final class NoticesTold {
  private static final String TELL =
      """
      INSERT INTO notices_told
        (space_id, local_month, budget_cents, budget_mode, used_percent, projection_told)
      VALUES (:space, :month, :cents, :mode, :percent, :projection)
      ON CONFLICT (space_id, local_month, budget_cents, budget_mode) DO UPDATE SET
        used_percent = CASE WHEN excluded.used_percent > notices_told.used_percent
          THEN excluded.used_percent ELSE notices_told.used_percent END,
        projection_told = CASE WHEN excluded.projection_told > notices_told.projection_told
          THEN excluded.projection_told ELSE notices_told.projection_told END
      """;

  private final Database database;

  public NoticesTold(Database database) {
    this.database = database;
  }

  /** They know that so many percent of this budget are used, and whatever is less. */
  public void used(BudgetOfMonth budget, int percent) {
    tell(budget, percent, 0);
  }

  /** They know that it will be passed at this month's pace. */
  public void projection(BudgetOfMonth budget) {
    tell(budget, 0, 1);
  }

  /** What is told once of: with another limit or mode there is news again. */
  public record BudgetOfMonth(String spaceId, YearMonth month, long cents, Budget.Mode mode) {}

  private void tell(BudgetOfMonth budget, int percent, int projection) {
    database.write(handle ->
        handle
            .createUpdate(TELL)
            .bind("space", budget.spaceId())
            .bind("month", budget.month().toString())
            .bind("cents", budget.cents())
            .bind("mode", budget.mode().id())
            .bind("percent", percent)
            .bind("projection", projection)
            .execute());
  }
}
