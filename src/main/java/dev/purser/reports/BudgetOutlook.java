package dev.purser.reports;

import dev.purser.money.Money;
import java.time.LocalDate;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * What there is to be told of a space's budget this month, besides how much of it is used.
 *
 * @param month in which a call would count now
 * @param firstDay the first day with any use at all; null if there never was any
 * @param lastDays what the {@link MonthUsage#DAYS_BEFORE} full days before today cost
 * @param usedPercentTold the part of the budget that people know to be used; 0 for none
 * @param projectionTold whether they know that it will be passed at this pace
 * @param agentCount how many agents called the provider that was asked about since six days ago
 */
public record BudgetOutlook(
    YearMonth month,
    StrictMarks marks,
    @Nullable LocalDate firstDay,
    Money lastDays,
    long usedPercentTold,
    boolean projectionTold,
    long agentCount) {}
