package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.TRUST_PROPOSAL;
import static org.jooq.impl.DSL.noCondition;

import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.trust.TrustProposal;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Table {@code trust_proposal}. */
public final class TrustRepository {
    private final DSLContext sql;

    TrustRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Lets one at a time propose or decide; whoever else wants to waits until this transaction ends. */
    public void lock() {
        sql.execute("select pg_advisory_xact_lock(hashtextextended('trust_proposal', 0))");
    }

    /** The last proposal, decided or not. */
    public Optional<TrustProposal> last() {
        return last(noCondition());
    }

    /** What was decided last. */
    public Optional<TrustProposal> decided() {
        return last(TRUST_PROPOSAL.DECIDED_AT.isNotNull());
    }

    public void insert(TrustProposal proposal) {
        var decided = proposal.decided();
        sql.insertInto(TRUST_PROPOSAL)
                .set(TRUST_PROPOSAL.NUMBER, proposal.number())
                .set(TRUST_PROPOSAL.ID, proposal.id())
                .set(TRUST_PROPOSAL.MODE, proposal.mode())
                .set(TRUST_PROPOSAL.REASON, proposal.reason())
                .set(TRUST_PROPOSAL.PROPOSED_AT, proposal.proposed().at())
                .set(TRUST_PROPOSAL.PROPOSED_BY, proposal.proposed().by())
                .set(TRUST_PROPOSAL.DECIDED_AT, decided == null ? null : decided.at())
                .set(TRUST_PROPOSAL.DECIDED_BY, decided == null ? null : decided.by())
                .execute();
    }

    /** Stores the decision; the database refuses a second one, and one by whoever proposed it. */
    public void decide(TrustProposal proposal, Made decided) {
        sql.update(TRUST_PROPOSAL)
                .set(TRUST_PROPOSAL.DECIDED_AT, decided.at())
                .set(TRUST_PROPOSAL.DECIDED_BY, decided.by())
                .where(TRUST_PROPOSAL.NUMBER.eq(proposal.number()))
                .execute();
    }

    private Optional<TrustProposal> last(Condition which) {
        return sql.select(TRUST_PROPOSAL.fields())
                .from(TRUST_PROPOSAL)
                .where(which)
                .orderBy(TRUST_PROPOSAL.NUMBER.desc())
                .limit(1)
                .fetchOptional(TrustRepository::proposal);
    }

    private static TrustProposal proposal(Record row) {
        var decidedAt = row.get(TRUST_PROPOSAL.DECIDED_AT);
        return new TrustProposal(
                row.get(TRUST_PROPOSAL.ID),
                row.get(TRUST_PROPOSAL.NUMBER),
                row.get(TRUST_PROPOSAL.MODE),
                row.get(TRUST_PROPOSAL.REASON),
                new Made(row.get(TRUST_PROPOSAL.PROPOSED_AT), row.get(TRUST_PROPOSAL.PROPOSED_BY)),
                decidedAt == null ? null : new Made(decidedAt, row.get(TRUST_PROPOSAL.DECIDED_BY)));
    }
}
