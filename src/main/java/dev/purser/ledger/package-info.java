/** Entries, holds, budgets and totals: admit, settle, recover. */
@NullMarked
package dev.purser.ledger;

import org.jspecify.annotations.NullMarked;
