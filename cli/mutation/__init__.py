"""Mutation testing of a suite: small faults put into a right hand-in, one at a time. A fault that no case notices is a
hole in the suite, or no fault at all."""
