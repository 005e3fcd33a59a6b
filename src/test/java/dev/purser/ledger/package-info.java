/** Tests of the ledger. */
@NullMarked
package dev.purser.ledger;

import org.jspecify.annotations.NullMarked;
