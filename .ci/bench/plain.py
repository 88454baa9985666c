"""What a Python programmer would write in an hour instead of usersync, with aiohttp.

It checks nothing, keeps no order, no journal and no ledger, and repeats nothing.
Usage: plain.py URL FILE RESULTS
"""
import asyncio
import csv
import itertools
import sys

import aiohttp


async def send(url, source, target):
    with open(source, newline="") as f, open(target, "w", newline="") as out:
        rows, results = csv.DictReader(f), csv.writer(out)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=16)) as session:

            async def worker():
                while batch := list(itertools.islice(rows, 100)):
                    data = [{"type": "user", "id": r["id"], "attributes": {
                        "email": r["email"], "zipCode": r["zip_code"], "phoneNumber": r["phone"],
                        "birthYear": r["birth_year"], "enrolledRewards": [r["enrolled_rewards"]]}} for r in batch]
                    async with session.post(url, json={"data": data}) as response:
                        answer = await response.json(content_type=None)
                    for one in answer.get("data") or []:
                        results.writerow([one["id"], "created", response.status, ""])
                    for one in answer.get("errors") or []:
                        results.writerow([one.get("id"), "refused", one.get("status"), one.get("detail")])

            await asyncio.gather(*(worker() for _ in range(16)))


asyncio.run(send(*sys.argv[1:4]))
