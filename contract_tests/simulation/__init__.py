"""Whole runs drawn from a seed: a world, a command of the SDK, what goes wrong on the way, and the laws that must hold.

    lot.py          the only chance there is: a stream of draws named by seed and run
    recipe.py       all that one run is, as data: world, conventions, command, faults, clock script
    surroundings.py what stands around the rows; worlds.py and pictures.py draw the rows, scopes.py the filters
    schedule.py     draws faults from the kinds of kinds.py, within the retry budgets of the SDK or beyond them
    turns.py        runs what may run side by side in an order that is drawn, without threads
    watch.py        the SDK's clock: counts waits, and jumps where the clock script says so
    stage.py        one backend and the command on it; trial.py: with faults, and again when they have stopped
    expectation.py  what the oracle tells of a recipe
    laws.py         what must hold of every trial; sometimes.py: what must have happened in some
    campaign.py     many runs on two processes; summary.py: what they came to

``docs/simulation.md`` tells how to use it.
"""
