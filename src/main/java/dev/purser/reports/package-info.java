/** Read-only numbers for pages and API. */
@NullMarked
package dev.purser.reports;

import org.jspecify.annotations.NullMarked;
