/** What tokens cost, and since when. */
@NullMarked
package dev.purser.pricing;

import org.jspecify.annotations.NullMarked;
