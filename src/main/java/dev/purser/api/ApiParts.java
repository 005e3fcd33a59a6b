package dev.purser.api;

import dev.purser.agents.Agents;
import dev.purser.agents.VirtualKeys;
import dev.purser.ledger.Releases;
import dev.purser.people.AccessTokens;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.Spaces;
import dev.purser.people.Users;
import dev.purser.pricing.PriceList;
import dev.purser.reports.CallStore;
import dev.purser.reports.DailyUsageStore;
import dev.purser.reports.StrictStateStore;
import dev.purser.reports.UsageSummaryStore;
import dev.purser.vault.KeyChecks;
import dev.purser.vault.Vault;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the management API is made of.
 *
 * @param prices the list in force
 * @param notReadyBecause why calls would be refused just now, in one sentence; empty if they would
 *     not. Never blocks
 */
public record ApiParts(
    PublicAddress address,
    Users users,
    Sessions sessions,
    AccessTokens accessTokens,
    Spaces spaces,
    Agents agents,
    VirtualKeys virtualKeys,
    Vault vault,
    KeyChecks keyChecks,
    UsageSummaryStore usageSummaries,
    DailyUsageStore dailyUsage,
    CallStore calls,
    StrictStateStore strictStates,
    Releases releases,
    Supplier<PriceList> prices,
    Supplier<Optional<String>> notReadyBecause,
    PrometheusMeterRegistry metrics,
    InstantSource clock) {}
