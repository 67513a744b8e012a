package io.animus.api.audit;

import java.util.List;

/**
 * What became of a batch.
 *
 * @param settled how many entries from the start of the batch need not come again: delivered, or refused for good
 * @param refused those among the settled that the receiver will never take, in the order of the batch
 */
public record Receipt(int settled, List<Refused> refused) {
    /**
     * An entry that the receiver refuses and always will.
     *
     * @param index of its leaf
     * @param reason for the operator: who refused it and why; never a secret
     */
    public record Refused(long index, String reason) {}

    public Receipt {
        if (settled < 0 || refused.size() > settled) {
            throw new IllegalArgumentException(refused.size() + " refused of " + settled);
        }
        refused = List.copyOf(refused);
    }

    /** All of the batch was delivered. */
    public static Receipt all(List<AuditEntry> batch) {
        return new Receipt(batch.size(), List.of());
    }
}
