/** The port __port__, by way of __technology__. */
@NullMarked
package __package__;

import org.jspecify.annotations.NullMarked;
