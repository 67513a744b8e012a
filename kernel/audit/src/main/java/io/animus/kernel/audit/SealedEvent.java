package io.animus.kernel.audit;

import java.util.List;

/**
 * An event ready to be stored: the leaf for ever, the rest in tables of their own that retention may erase.
 *
 * @param disclosures one for each commitment of the leaf, in the order of their paths
 * @param detached details that were too large; usually none
 */
public record SealedEvent(Leaf leaf, List<Disclosure> disclosures, List<DetachedDetail> detached) {
    public SealedEvent {
        disclosures = List.copyOf(disclosures);
        detached = List.copyOf(detached);
    }
}
